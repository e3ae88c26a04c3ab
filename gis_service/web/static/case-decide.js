/* The ways to decide: what each needs, the preview, and keeping it as a proposal. */
"use strict";

(() => {
  const page = window.CasePage;
  const { words, part, element, data } = page;
  const form = part("decide");
  const Refusal = window.CaseHttp.Refusal;

  function showOutcome(found, title) {
    part("outcome-title").textContent = title;
    part("outcome-body").replaceChildren(window.CaseFigures.outcome(found.facts || found));
    part("outcome").hidden = false;
    window.CaseMap.show(found);
  }

  /* ---- stored proposals on the map ---- */
  for (const button of document.querySelectorAll("button[data-show]")) {
    button.addEventListener("click", () => page.busy(part("proposals"), async () => {
      const stored = await page.ask("GET", `/proposals/${button.dataset.show}`);
      showOutcome(stored, `${words.proposal} ${stored.number}`);
      for (const other of document.querySelectorAll("button[data-show]")) other.setAttribute("aria-pressed", String(other === button));
    }));
  }
  if (!form) return;

  /* ---- who gets which piece ---- */
  let owners = [];
  function listOwners() {
    const rows = owners.map((owner, at) => {
      const remove = element("button", { type: "button" }, words.remove);
      remove.addEventListener("click", () => { owners.splice(at, 1); keepOwners(); });
      return element("li", {}, `${owner[2]} ${words.gets} ${owner[0].toFixed(5)}, ${owner[1].toFixed(5)}`, remove);
    });
    part("owners").replaceChildren(...rows);
  }
  function keepOwners() {
    page.keep("owners", owners.length ? JSON.stringify(owners) : "");
    listOwners();
  }
  try { owners = JSON.parse(page.entered().owners || "[]"); } catch { owners = []; }
  listOwners();
  part("owner-click").addEventListener("click", () => {
    part("draw-hint").textContent = words.piece;
    window.CaseMap.nextClick(({ lng, lat }) => {
      part("draw-hint").textContent = "";
      part("owner-point").value = `${lng.toFixed(7)}, ${lat.toFixed(7)}`;
      part("owner-add").click();
    });
  });
  part("owner-add").addEventListener("click", () => {
    const point = part("owner-point").value.trim().split(/[\s,，]+/).map(Number);
    if (point.length !== 2 || !point.every(Number.isFinite)) {
      part("draw-hint").textContent = `${words.bad_line} ${part("owner-point").value.slice(0, 80)}`;
      return;
    }
    owners.push([...point, part("owner").value]);
    part("owner-point").value = "";
    keepOwners();
  });

  /* ---- what a way needs ---- */
  const way = () => form.querySelector('input[name="by"]:checked');
  const needs = (name) => way().dataset.needs.split(" ").includes(name);
  function fit() {
    for (const box of form.querySelectorAll("[data-for]")) box.hidden = !needs(box.dataset.for);
  }
  for (const choice of form.querySelectorAll('input[name="by"]')) choice.addEventListener("change", fit);
  fit();

  function body() {
    const asked = { by: way().value };
    if (needs("to")) asked.to = form.elements.to.value;
    if (needs("until")) asked.until = form.elements.until.value;
    if (needs("lines")) {
      asked.lines = window.CaseDraw.lines();
      if (owners.length) asked.owners = owners;
    }
    if (asked.to === "") throw new Refusal(words.choose_to, 0);
    if (asked.until === "") throw new Refusal(words.choose_until, 0);
    if (asked.lines === null) throw new Refusal(words.choose_line, 0);
    return asked;
  }

  function said(text) { part("preview-said").textContent = text; }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    said(words.computing);
    page.busy(form, async () => {
      try {
        const found = await page.ask("POST", "/previews", { body: body() });
        showOutcome(found, `${words.preview}: ${way().closest("label").querySelector("span").firstChild.textContent.trim()}`);
        said(words.computed);
      } catch (refusal) {
        said("");
        throw refusal;
      }
    });
  });

  part("keep").addEventListener("click", () => page.busy(form, async () => {
    const asked = body();
    const note = form.elements.note.value.trim();
    await page.ask("POST", "/proposals", { body: note ? { ...asked, note } : asked, once: true });
    page.done("line", "owners", "note", "to", "until", "by");
  }));

  if (data.proposals.length === 0 && !data.deciding) part("outcome").hidden = true;
})();
