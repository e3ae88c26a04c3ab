/* What a proposal does, as tables: each community before and after, the district, what remains,
   the proof. Built with textContent alone. */
"use strict";

window.CaseFigures = (() => {
  const { element, words } = window.CasePage;
  const locale = words.lang === "en" ? "en-GB" : "zh-CN";
  const number = (value, digits) =>
    value === null || value === undefined ? "—" : value.toLocaleString(locale, { maximumFractionDigits: digits });
  const area = (value) => number(value, Math.abs(value) < 100 ? 2 : 0);
  const count = (value) => number(value, value !== null && Math.abs(value) < 100 ? 1 : 0);
  const percent = (value) => (value === null || value === undefined ? "—" : `${number(value * 100, 1)} %`);
  const answer = (value) => (value === null || value === undefined ? "—" : value ? words.yes : words.no);
  const text = (value) => value[words.lang] || value.zh;

  const ROWS = [
    ["area", (f) => `${area(f.area_m2)} m²`],
    ["residents", (f) => count(f.residents)],
    ["elders", (f) => count(f.elders)],
    ["elder_share", (f) => percent(f.elder_share)],
    ["ageing", (f) => answer(f.ageing)],
    ["stations", (f) => String(f.stations.length)],
    ["covered", (f) => answer(f.covered)],
  ];

  const head = (...titles) => element("thead", {}, element("tr", {}, ...titles.map((title, at) =>
    element("th", { scope: "col", ...(at > 1 ? { class: "number" } : {}) }, title))));
  const cell = (value, name = "") => element("td", { class: `number ${name}`.trim() }, value);

  function wide(label, table) {
    return element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": label }, table);
  }

  function communities(figures) {
    const body = element("tbody");
    for (const row of figures.communities) {
      const rows = ROWS.map(([name, show]) => {
        const [before, after] = [show(row.before), show(row.after)];
        return element("tr", { "data-figure": name }, element("th", { scope: "row" }, words[name]),
          cell(before), cell(after, before === after ? "" : "changed"));
      });
      const moved = element("tr", { "data-figure": "moved" }, element("th", { scope: "row" }, `${words.gained} / ${words.lost}`),
        cell(`+${area(row.gained_m2)} m²`, row.gained_m2 ? "up" : ""), cell(`−${area(row.lost_m2)} m²`, row.lost_m2 ? "down" : ""));
      const people = element("tr", { "data-figure": "people" }, element("th", { scope: "row" }, `${words.residents}: ${words.gained} / ${words.lost}`),
        cell(`+${count(row.gained_residents)}`), cell(`−${count(row.lost_residents)}`));
      const elders = element("tr", { "data-figure": "elders-moved" }, element("th", { scope: "row" }, `${words.elders}: ${words.gained} / ${words.lost}`),
        cell(`+${count(row.gained_elders)}`), cell(`−${count(row.lost_elders)}`));
      const own = element("tr", { "data-figure": "awarded" }, element("th", { scope: "row" }, words.awarded), cell(""), cell(`${area(row.awarded_m2)} m²`));
      const all = [...rows, moved, people, elders, own];
      const name = element("th", { scope: "rowgroup", rowspan: String(all.length) }, row.name || row.code,
        element("br"), element("small", { class: "hint" }, [row.code, row.street].filter(Boolean).join(" · ")));
      all[0].prepend(name);
      body.append(...all);
    }
    return element("table", { class: "figures" }, head(words.community, "", words.before, words.after), body, totals(figures));
  }

  function totals(figures) {
    const { totals: sums, district } = figures;
    const line = (title, before, after) => element("tr", {}, element("th", { scope: "row", colspan: "2" }, title), cell(before), cell(after));
    const cover = (d) => `${d.covered} / ${d.ageing} · ${percent(d.rate)}`;
    return element("tfoot", {},
      line(`${words.total}: ${words.gained} / ${words.lost}`, `+${area(sums.gained_m2)} m²`, `−${area(sums.lost_m2)} m²`),
      line(`${words.district}: ${words.coverage}`, cover(district.before), cover(district.after)),
      line(words.target, answer(district.before.reached), answer(district.after.reached)));
  }

  function proof(facts) {
    const body = element("tbody", {}, ...facts.proof.map((check) => element("tr", {},
      element("th", { scope: "row" }, text(check.text)), cell(number(check.value, 6)), cell(number(check.limit, 6)),
      element("td", { class: check.ok ? "held" : "late" }, answer(check.ok)))));
    return element("table", { class: "figures proof" }, element("caption", {}, words.proof),
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, ""), element("th", { scope: "col", class: "number" }, words.value),
        element("th", { scope: "col", class: "number" }, words.limit), element("th", { scope: "col" }, words.holds))), body);
  }

  function remaining(facts) {
    if (!facts.findings_after.length) return element("p", { class: "held", id: "remaining" }, words.none_remaining);
    return element("div", { id: "remaining" }, element("p", { class: "sub" }, `${words.remaining}: ${facts.findings_after.length}`),
      element("ul", {}, ...facts.findings_after.map((found) => element("li", {}, `${area(found.area_m2)} m² · ${text(found.text)}`))));
  }

  /* Everything that is known of a proposal: `facts` as the service gives them. */
  function outcome(facts) {
    const box = element("div", { class: "outcome" });
    box.append(wide(words.community, communities(facts.figures)),
      element("p", { class: "hint" }, words.estimated),
      element("p", {}, `${words.balance}: ${number(facts.balance_m2, 6)} m² · ${words.filled}: ${area(facts.filled_m2)} m²`));
    for (const allowed of facts.allowed || []) {
      if (allowed.until) box.append(element("p", {}, `${words.allowed_until} ${allowed.until}`));
    }
    if ((facts.skipped || []).length) box.append(element("p", {}, `${words.skipped}: ${facts.skipped.length}`));
    box.append(remaining(facts), wide(words.proof, proof(facts)));
    return box;
  }

  return { outcome };
})();
