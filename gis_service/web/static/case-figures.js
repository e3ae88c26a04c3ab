/* What a proposal does, as tables: each community before and after, the district, what remains,
   the proof. Built with textContent alone. */
"use strict";

window.CaseFigures = (() => {
  const { element, words } = window.CasePage;
  const MOST_BESIDE = 4;
  const locale = words.lang === "en" ? "en-GB" : "zh-CN";
  const number = (value, digits) =>
    value === null || value === undefined ? "—" : value.toLocaleString(locale, { maximumFractionDigits: digits }).replace(/^-(?=[0.]*$)/, "");
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
    element("th", { scope: "col", ...(at > titles.length - 3 ? { class: "number" } : {}) }, title))));
  const cell = (value, name = "") => element("td", { class: `number ${name}`.trim() }, value);

  function wide(label, table) {
    return element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": label }, table);
  }

  const signed = (sign, value, show, unit = "") =>
    (value === null || value === undefined ? "—" : value ? `${sign}${show(value)}${unit}` : `0${unit}`);

  /* What a community has before and after, and what it gains (first) and loses (second). */
  const MOVED = [
    ["moved", () => `${words.gained} / ${words.lost}`, (c) => [signed("+", c.gained_m2, area, " m²"), signed("−", c.lost_m2, area, " m²")]],
    ["people", () => `${words.residents}: ${words.gained} / ${words.lost}`, (c) => [signed("+", c.gained_residents, count), signed("−", c.lost_residents, count)]],
    ["elders-moved", () => `${words.elders}: ${words.gained} / ${words.lost}`, (c) => [signed("+", c.gained_elders, count), signed("−", c.lost_elders, count)]],
    ["awarded", () => words.awarded, (c) => ["", `${area(c.awarded_m2)} m²`]],
  ];

  function pairs(community) {
    const compared = ROWS.map(([name, show]) => {
      const [before, after] = [show(community.before), show(community.after)];
      return [cell(before), cell(after, before === after ? "" : "changed")];
    });
    const moved = MOVED.map(([, , give]) => {
      const [gained, lost] = give(community);
      return [cell(gained, gained.startsWith("+") ? "up" : ""), cell(lost, lost.startsWith("−") ? "down" : "")];
    });
    return [...compared, ...moved];
  }

  const titles = () => [...ROWS.map(([name]) => [name, words[name]]), ...MOVED.map(([name, title]) => [name, title()])];
  const called = (row) => [row.name || row.code, element("br"), element("small", { class: "hint" }, [row.code, row.street].filter(Boolean).join(" · "))];

  /* Few communities stand side by side, many one below the other. */
  function communities(figures) {
    const list = figures.communities;
    const table = element("table", { class: "figures" });
    table.append(...(list.length <= MOST_BESIDE ? beside(list) : below(list)));
    return table;
  }

  function beside(list) {
    const top = element("tr", {}, element("th", { scope: "col", rowspan: "2" }, words.community),
      ...list.map((row) => element("th", { scope: "colgroup", colspan: "2", class: "number" }, ...called(row))));
    const second = element("tr", {}, ...list.flatMap(() => [words.before, words.after].map((title) => element("th", { scope: "col", class: "number" }, title))));
    const cells = list.map(pairs);
    const rows = titles().map(([name, title], at) => element("tr", { "data-figure": name },
      element("th", { scope: "row" }, title), ...cells.flatMap((own) => own[at])));
    return [element("thead", {}, top, second), element("tbody", {}, ...rows)];
  }

  function below(list) {
    const body = element("tbody");
    for (const row of list) {
      const cells = pairs(row);
      const rows = titles().map(([name, title], at) => element("tr", { "data-figure": name }, element("th", { scope: "row" }, title), ...cells[at]));
      rows[0].prepend(element("th", { scope: "rowgroup", rowspan: String(rows.length) }, ...called(row)));
      body.append(...rows);
    }
    return [head(words.community, "", words.before, words.after), body];
  }

  function totals(figures) {
    const { totals: sums, district } = figures;
    const line = (title, before, after) => element("tr", {}, element("th", { scope: "row" }, title), cell(before), cell(after));
    const cover = (d) => `${d.covered} / ${d.ageing} · ${percent(d.rate)}`;
    return element("table", { class: "figures sums" }, head(words.total, words.before, words.after), element("tbody", {},
      line(`${words.gained} / ${words.lost}`, signed("+", sums.gained_m2, area, " m²"), signed("−", sums.lost_m2, area, " m²")),
      line(`${words.district}: ${words.coverage}`, cover(district.before), cover(district.after)),
      line(words.target, answer(district.before.reached), answer(district.after.reached))));
  }

  function proof(facts) {
    const body = element("tbody", {}, ...facts.proof.map((check) => element("tr", {},
      element("th", { scope: "row" }, text(check.text)), cell(number(check.value || 0, 6)), cell(number(check.limit, 6)),
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
    box.append(wide(words.community, communities(facts.figures)), wide(words.total, totals(facts.figures)),
      element("p", { class: "hint" }, words.estimated),
      element("p", {}, `${words.balance}: ${number(facts.balance_m2 || 0, 6)} m² · ${words.filled}: ${area(facts.filled_m2)} m²`));
    for (const allowed of facts.allowed || []) {
      if (allowed.until) box.append(element("p", {}, `${words.allowed_until} ${allowed.until}`));
    }
    if ((facts.skipped || []).length) box.append(element("p", {}, `${words.skipped}: ${facts.skipped.length}`));
    box.append(remaining(facts), wide(words.proof, proof(facts)));
    return box;
  }

  return { outcome };
})();
