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

  /* What is gained and lost: of one community, or of all together. */
  const MOVED = [
    ["moved", "area", (sums) => [sums.gained_m2, sums.lost_m2], area, " m²"],
    ["people", "residents", (sums) => [sums.gained_residents, sums.lost_residents], count, ""],
    ["elders-moved", "elders", (sums) => [sums.gained_elders, sums.lost_elders], count, ""],
  ];

  function exchanged(sums) {
    return MOVED.map(([, , give, show, unit]) => {
      const [gained, lost] = give(sums);
      return [cell(signed("+", gained, show, unit), gained ? "up" : ""), cell(signed("−", lost, show, unit), lost ? "down" : "")];
    });
  }

  /* The lines of the table: name, title, and its cells for each of the communities. */
  function lines(list) {
    const compared = ROWS.map(([name, show]) => [name, words[name], list.flatMap((row) => {
      const [before, after] = [show(row.before), show(row.after)];
      return [cell(before), cell(after, before === after ? "" : "changed")];
    })]);
    const sums = list.map(exchanged);
    const heads = list.flatMap(() => [words.gained, words.lost].map((title) => element("th", { scope: "col", class: "number" }, title)));
    const moved = MOVED.map(([name, title], at) => [name, words[title], sums.flatMap((own) => own[at])]);
    const own = list.map((row) => element("td", { class: "number", colspan: "2" }, `${area(row.awarded_m2)} m²`));
    return [...compared, ["between", "", heads], ...moved, ["awarded", words.awarded, own]];
  }

  const called = (row) => [row.name || row.code, element("br"), element("small", { class: "hint" }, [row.code, row.street].filter(Boolean).join(" · "))];
  const lineOf = ([name, title, cells]) => element("tr", { "data-figure": name }, element("th", { scope: "row" }, title), ...cells);

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
    return [element("thead", {}, top, second), element("tbody", {}, ...lines(list).map(lineOf))];
  }

  function below(list) {
    const body = element("tbody");
    for (const row of list) {
      const rows = lines([row]).map(lineOf);
      rows[0].prepend(element("th", { scope: "rowgroup", rowspan: String(rows.length) }, ...called(row)));
      body.append(...rows);
    }
    return [head(words.community, "", words.before, words.after), body];
  }

  function totals(figures) {
    const sums = exchanged(figures.totals);
    return element("table", { class: "figures sums" }, head(words.total, words.gained, words.lost),
      element("tbody", {}, ...MOVED.map(([name, title], at) => lineOf([`total-${name}`, words[title], sums[at]]))));
  }

  function districts({ district }) {
    const cover = (d) => `${d.covered} / ${d.ageing} · ${percent(d.rate)}`;
    const { before, after } = district;
    return element("table", { class: "figures" }, head(words.district, words.before, words.after), element("tbody", {},
      lineOf(["coverage", words.coverage, [cell(cover(before)), cell(cover(after), cover(before) === cover(after) ? "" : "changed")]]),
      lineOf(["target", words.target, [cell(answer(before.reached)), cell(answer(after.reached))]])));
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
    box.append(wide(words.community, communities(facts.figures)), wide(words.total, totals(facts.figures)), wide(words.district, districts(facts.figures)),
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
