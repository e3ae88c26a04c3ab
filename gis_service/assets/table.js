/* The tables beside a map: tabs, sorting, filtering, and selection shared with the map.
   Works on the marks of templates/table.html; without script the tables stand there whole. */
"use strict";

(() => {
  function sortBy(table, button) {
    const head = button.closest("th");
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const at = [...head.parentElement.children].indexOf(head);
    const key = (row) => row.children[at].dataset.sort ?? row.children[at].textContent.trim();
    const numeric = head.dataset.numeric !== undefined;
    const compare = numeric
      ? (a, b) => (a === "" ? -Infinity : Number(a)) - (b === "" ? -Infinity : Number(b))
      : (a, b) => a.localeCompare(b, document.documentElement.lang, { numeric: true });
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((a, b) => compare(key(a), key(b)) * (up ? 1 : -1));
    body.append(...rows);
  }

  function filter(panel, wanted) {
    const words = wanted.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of panel.querySelectorAll("tbody tr")) {
      const text = row.textContent.toLocaleLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) shown += 1;
    }
    const count = panel.querySelector("[data-count]");
    if (count) count.textContent = String(shown);
  }

  function choose(row) {
    if (window.GisService) window.GisService.select(row.dataset.kind, row.dataset.id);
  }

  function mark({ kind, id, source }) {
    for (const row of document.querySelectorAll("tr[data-kind]")) {
      const same = row.dataset.kind === kind && row.dataset.id === id;
      row.classList.toggle("selected", same);
      const button = row.querySelector("button");
      if (button) button.setAttribute("aria-pressed", String(same));
      if (!same || source !== "map") continue;
      const panel = row.closest("[role=tabpanel]");
      if (panel && panel.hidden) open(document.getElementById(panel.getAttribute("aria-labelledby")));
      const box = row.closest(".table-box");
      if (box) box.scrollTop = row.offsetTop - box.clientHeight / 2;
    }
  }

  function open(tab) {
    for (const other of tab.parentElement.querySelectorAll("[role=tab]")) {
      const on = other === tab;
      other.setAttribute("aria-selected", String(on));
      other.tabIndex = on ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !on;
    }
  }

  function keys(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...event.currentTarget.querySelectorAll("[role=tab]")];
    const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
    open(next);
    next.focus();
  }

  for (const list of document.querySelectorAll("[role=tablist]")) {
    list.addEventListener("keydown", keys);
    for (const tab of list.querySelectorAll("[role=tab]")) tab.addEventListener("click", () => open(tab));
  }
  for (const table of document.querySelectorAll("table[data-sortable]")) {
    for (const button of table.querySelectorAll("thead button")) {
      button.addEventListener("click", () => sortBy(table, button));
    }
    table.tBodies[0].addEventListener("click", (event) => {
      const row = event.target.closest("tr[data-kind]");
      if (row) choose(row);
    });
  }
  for (const input of document.querySelectorAll("input[data-filter]")) {
    const panel = document.getElementById(input.dataset.filter);
    input.addEventListener("input", () => filter(panel, input.value));
  }
  document.addEventListener("gis:selected", (event) => mark(event.detail));
})();
