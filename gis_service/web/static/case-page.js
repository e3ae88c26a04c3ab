/* The page of a case: its forms, what is said to the person, and what they entered, which is
   kept in the tab until it has been written. */
"use strict";

window.CasePage = (() => {
  const data = JSON.parse(document.getElementById("case-data").textContent);
  const words = data.words;
  words.lang = data.lang;
  const base = `/api/v1/cases/${encodeURIComponent(data.number)}`;
  const part = (id) => document.getElementById(id);
  const store = `case:${data.user}:${data.number}`;

  function element(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }

  /* ---- what was entered ---- */
  function entered() {
    try { return JSON.parse(window.sessionStorage.getItem(store)) || {}; } catch { return {}; }
  }

  function keep(name, value) {
    const all = entered();
    if (value === "" || value === null || value === undefined) delete all[name];
    else all[name] = value;
    try { window.sessionStorage.setItem(store, JSON.stringify(all)); } catch { /* no room: the page still holds it */ }
  }

  function forget(...names) { for (const name of names) keep(name, ""); }

  function restore() {
    const all = entered();
    let found = false;
    for (const field of document.querySelectorAll("[data-keep]")) {
      const value = all[field.dataset.keep];
      if (typeof value === "string") {
        if (field.type === "radio") field.checked = field.value === value || field.checked;
        else { found = found || field.value !== value; field.value = value; }
      }
      field.addEventListener("input", () => keep(field.dataset.keep, field.value));
    }
    const chosen = [...document.querySelectorAll('input[type="radio"][data-keep]')].find((f) => f.value === all[f.dataset.keep]);
    if (chosen) chosen.checked = true;
    if (found) tell(words.restored);
  }

  /* ---- what is said ---- */
  function tell(text) {
    part("told").textContent = text;
    part("told").hidden = !text;
  }

  function fail(refusal, { into = part("said") } = {}) {
    tell("");
    const box = into;
    box.replaceChildren(element("p", {}, refusal.message));
    if (refusal.status === 412 && refusal.problem.details?.reason !== "stale-proposal") {
      const again = element("button", { type: "button", class: "button quiet small", id: "reload" }, words.reload);
      again.addEventListener("click", () => window.location.reload());
      box.append(element("p", {}, words.not_written), element("p", { class: "actions" }, again));
    }
    box.hidden = false;
    box.scrollIntoView({ block: "center" });
  }

  function silence() { part("said").hidden = true; }

  /* ---- sending ---- */
  function ask(method, path, options = {}) {
    return window.CaseHttp.ask(method, `${base}${path}`, { words, ...options });
  }

  /* Runs `work` with the buttons of `form` off; what it refuses is said. */
  async function busy(form, work) {
    const buttons = [...form.querySelectorAll("button")].filter((button) => !button.disabled);
    for (const button of buttons) button.disabled = true;
    silence();
    try {
      return await work();
    } catch (refusal) {
      if (!(refusal instanceof window.CaseHttp.Refusal)) throw refusal;
      fail(refusal);
      document.dispatchEvent(new CustomEvent("case:refused", { detail: refusal }));
      return null;
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  }

  function done(...names) {
    forget(...names);
    window.location.reload();
  }

  function submitted(form, work) {
    if (!form) return;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      busy(form, work);
    });
  }

  function valuesOf(form) {
    const values = {};
    for (const [name, value] of new FormData(form)) if (String(value).trim()) values[name] = value;
    return values;
  }

  const names = (form) => [...form.querySelectorAll("[data-keep]")].map((field) => field.dataset.keep);
  const additive = new Set(["comments"]); // nobody's change is lost by one more of these

  for (const form of document.querySelectorAll("form[data-post]")) {
    submitted(form, async () => {
      const verb = form.dataset.post;
      const body = valuesOf(form);
      if (form.dataset.proposal) body.proposal = Number(form.dataset.proposal);
      const match = additive.has(verb) ? undefined : data.etag;
      await ask("POST", `/${verb}`, { body, match, once: true });
      done(...names(form));
    });
  }

  submitted(part("edit-form"), async () => {
    const form = part("edit-form");
    const body = { assignee: form.elements.assignee.value.trim(), due: form.elements.due.value || null };
    await ask("PATCH", "", { body, match: data.etag });
    done();
  });
  submitted(part("merge-form"), async () => {
    const others = [...part("merge-form").querySelectorAll("input:checked")].map((box) => box.value);
    await ask("POST", "/merge", { body: { others }, match: data.etag, once: true });
    done();
  });
  submitted(part("split-form"), async () => {
    const parts = [...part("split-form").querySelectorAll("input:checked")].map((box) => Number(box.value));
    await ask("POST", "/split", { body: { parts }, match: data.etag, once: true });
    done();
  });
  submitted(part("evidence-form"), async () => {
    await ask("POST", "/evidence", { form: new FormData(part("evidence-form")) });
    done("evidence-note");
  });

  /* ---- from case to case by one key ---- */
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable], .gis-map")) return;
    const way = { n: "next", p: "previous" }[event.key];
    if (way && part(way)) part(way).click();
  });

  restore();
  return { data, words, base, part, element, keep, forget, entered, tell, fail, silence, ask, busy, done };
})();
