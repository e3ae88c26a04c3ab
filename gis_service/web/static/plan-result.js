/* Shows a plan beside the map: figures before and after, the proof, the sites, the alternatives. */
"use strict";

window.PlanResult = (() => {
  const data = JSON.parse(document.getElementById("plan-data").textContent);
  const { words } = data;
  const number = (value) => Number(value).toLocaleString("en-GB", { maximumFractionDigits: 1 });
  const percent = (value) => (value === null ? "—" : `${(value * 100).toFixed(1)} %`);

  function node(tag, text, className) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function row(kind, ...cells) {
    const line = node("tr");
    cells.forEach((text, at) => {
      const head = kind === "head" || at === 0;
      const cell = node(head ? "th" : "td", text);
      if (head) cell.scope = kind === "head" ? "col" : "row";
      line.append(cell);
    });
    return line;
  }

  function figures(before, after) {
    const table = node("table");
    table.id = "figures";
    const head = node("thead");
    head.append(row("head", words.figure, words.now, words.after));
    const body = node("tbody");
    const told = (one) => [
      `${one.covered} / ${one.ageing} · ${percent(one.rate)}`,
      `${number(one.elders_in_reach)} · ${percent(one.reach_share)}`,
    ];
    const [was, is] = [told(before), told(after)];
    body.append(row("", words.covered, was[0], is[0]), row("", words.reach, was[1], is[1]));
    table.append(head, body);
    return table;
  }

  function proof(plan) {
    const { optimal, objective, bound, gap } = plan.proof;
    const open = plan.moved || !optimal;
    const box = node("p", undefined, open ? "proof open" : "proof");
    box.id = "proof";
    if (plan.moved) box.append(words.moved);
    else {
      box.append(optimal ? words.proven : `${words.unproven} ${percent(gap)}`);
      box.append(node("br"), `${words.objective} ${number(objective)} · ${words.bound} ${number(bound)} · ${words.gap} ${percent(gap)}`);
    }
    return box;
  }

  function sites(plan) {
    const list = node("ol");
    list.id = "sites";
    const why = new Map((plan.moved ? [] : plan.proof.reasons).map((reason) => [reason.site, reason]));
    for (const site of plan.sites) {
      const item = node("li", [site.name || site.id, site.street].filter(Boolean).join(" · "));
      const reason = why.get(site.id);
      if (reason) item.append(node("div", `${words.newly}: ${number(reason.served)}`, "hint"));
      list.append(item);
    }
    return list;
  }

  function gained(rows) {
    const names = rows.map((one) => one.name || one.code).join(words.lang === "en" ? ", " : "、");
    const text = node("p", names || words.none);
    text.id = "gained";
    return text;
  }

  function alternatives(plan) {
    if (plan.moved || !plan.proof.runners_up.length) return [];
    const list = node("ul");
    list.id = "alternatives";
    for (const other of plan.proof.runners_up) {
      list.append(node("li", `${other.sites.join(" · ")} — ${number(other.objective)}`));
    }
    return [node("h2", words.alternatives), list];
  }

  function show(plan) {
    document.getElementById("result").replaceChildren(
      figures(plan.before, plan.after), proof(plan),
      node("h2", words.chosen), sites(plan), node("p", words.drag, "hint"),
      node("h2", words.becomes), gained(plan.gained), ...alternatives(plan),
      ...plan.notes.map((note) => node("p", note[words.lang === "en" ? "en" : "zh"], "hint")),
    );
  }

  return { data, words, show };
})();
