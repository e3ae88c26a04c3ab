/* A proposal whose land has changed: both states side by side, and the way to compute it anew. */
"use strict";

(() => {
  const page = window.CasePage;
  const { words, part, element, data } = page;

  function half(title, content) {
    return element("div", {}, element("p", { class: "sub" }, title), content);
  }

  function show(found) {
    const { stored, now, base_version: base, current_version: current, proposal } = found;
    const problem = found.problem && (found.problem.text[words.lang] || found.problem.text.zh);
    const box = element("div");
    if (found.message) box.append(element("p", { id: "stale-why" }, found.message));
    if (found.identical) box.append(element("p", { class: "held" }, words.identical));
    if ((found.communities || []).length) box.append(element("p", {}, `${words.communities_differ} ${found.communities.join(", ")}`));
    box.append(element("div", { class: "two" },
      half(`${words.stored} ${base}`, window.CaseFigures.outcome(stored)),
      half(`${words.now} ${current}`, now ? window.CaseFigures.outcome(now) : element("p", { class: "late" }, `${words.not_now} ${problem || ""}`))));
    if (now && data.deciding) {
      const rebase = element("button", { type: "button", class: "button", id: "rebase" }, words.rebase);
      rebase.addEventListener("click", () => page.busy(box, async () => {
        const { etag } = await present();
        await page.ask("POST", `/proposals/${proposal}/rebase`, { match: etag, once: true });
        page.done();
      }));
      box.append(element("p", { class: "actions after" }, rebase));
    }
    part("stale-title").textContent = words.stale.replace("%s", String(proposal));
    part("stale-body").replaceChildren(box);
    part("stale").hidden = false;
    part("stale").scrollIntoView({ block: "start" });
    part("stale").focus({ preventScroll: true });
  }

  /* Marking a proposal stale has changed the case: its tag is asked for again. */
  async function present() {
    const answer = await fetch(page.base, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    return { etag: answer.headers.get("ETag") || data.etag };
  }

  document.addEventListener("case:refused", ({ detail }) => {
    const told = detail.problem.details || {};
    if (told.reason !== "stale-proposal") return;
    page.silence();
    show({ ...told, message: detail.message, problem: null });
  });

  for (const button of document.querySelectorAll("button[data-compare]")) {
    button.addEventListener("click", () => page.busy(part("proposals"), async () => {
      show(await page.ask("GET", `/proposals/${button.dataset.compare}/comparison`));
    }));
  }
})();
