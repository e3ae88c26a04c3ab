/* Follows a job by server-sent events, and sends what a person decides about an import. */
"use strict";

(() => {
  const words = JSON.parse(document.getElementById("job-words").textContent);
  const part = (id) => document.getElementById(id);
  const language = words.lang === "en" ? "en" : "zh";
  const token = document.querySelector('meta[name="csrf-token"]');

  function key() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function fail(text) {
    part("failed").hidden = false;
    part("message").textContent = text;
    for (const button of document.querySelectorAll("main button")) button.disabled = false;
  }

  async function send(method, address, body, etag) {
    for (const button of document.querySelectorAll("main button")) button.disabled = true;
    if (part("failed")) part("failed").hidden = true;
    const headers = { "Content-Type": "application/json", "Accept-Language": language };
    if (etag) headers["If-Match"] = etag;
    if (method === "POST") headers["Idempotency-Key"] = key();
    if (token) headers["X-CSRF-Token"] = token.content;
    try {
      const answer = await fetch(address, { method, headers, body: body && JSON.stringify(body) });
      const result = await answer.json();
      if (answer.ok) return result;
      fail(result[`detail_${language}`] || result.detail);
    } catch {
      fail(words.unreachable);
    }
    return null;
  }

  function follow(job, over) {
    const box = part("job");
    box.hidden = false;
    const source = new EventSource(`/api/v1/jobs/${encodeURIComponent(job)}/events`);
    source.addEventListener("job", (event) => {
      const now = JSON.parse(event.data);
      part("share").value = now.share;
      const text = now.text ? now.text[language] : "";
      part("stage").textContent = `${Math.floor(now.share * 100)} % ${now.state === "queued" ? words.waiting : text}`;
      if (!["done", "failed", "cancelled"].includes(now.state)) return;
      source.close();
      over(now);
    });
    part("stop").addEventListener("click", () => {
      send("POST", `/api/v1/jobs/${encodeURIComponent(job)}/cancel`, {});
    });
  }

  const job = part("job");
  if (job && job.dataset.job) follow(job.dataset.job, () => window.location.reload());

  const form = part("decide") || part("again");
  if (form) {
    const here = `/api/v1/imports/${encodeURIComponent(form.dataset.draft)}`;
    const etag = form.dataset.etag;
    const reload = (result) => result && window.location.reload();
    const value = (name) => (form.elements[name] ? form.elements[name].value.trim() : "");
    const again = (crs) => {
      const body = {};
      const mode = form.querySelector('input[name="mode"]:checked');
      if (mode) body.mode = mode.value;
      if (crs || value("crs")) body.crs = crs || value("crs");
      const fields = [...form.querySelectorAll("[data-map]")].filter((one) => one.value.trim());
      if (fields.length) {
        body.mapping = Object.fromEntries(fields.map((one) => [one.dataset.map, one.value.trim()]));
      }
      send("POST", `${here}/read`, body, etag).then(reload);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (form.id === "again") { again(); return; }
      const body = { reason: value("reason"), document: value("document") };
      send("POST", `${here}/confirm`, body, etag).then(reload);
    });
    if (part("read")) part("read").addEventListener("click", () => again());
    for (const radio of form.querySelectorAll('input[name="mode"]')) {
      radio.addEventListener("change", () => again());
    }
    for (const button of form.querySelectorAll("[data-crs]")) {
      button.addEventListener("click", () => again(button.dataset.crs));
    }
    part("discard").addEventListener("click", () => {
      if (window.confirm(words.sure)) send("DELETE", here, null, etag).then(reload);
    });
  }

  const rollback = part("rollback");
  if (rollback) {
    rollback.addEventListener("submit", async (event) => {
      event.preventDefault();
      const body = {
        to: Number(rollback.dataset.to),
        reason: rollback.elements.reason.value.trim(),
        document: rollback.elements.document.value.trim(),
      };
      const begun = await send("POST", "/api/v1/versions/rollback", body, rollback.dataset.etag);
      if (!begun) return;
      part("stop").disabled = false;
      follow(begun.id, (ended) => {
        if (ended.state === "done") window.location.assign(`/versions/${ended.result.version}`);
        else fail(ended.problem ? ended.problem[language] : "");
      });
    });
  }
})();
