/* Roads and rivers near the land, of the installation or of a file: pick one as the line. */
"use strict";

(() => {
  const page = window.CasePage;
  const { words, part, element, data } = page;
  const hint = part("line-hint");
  if (!hint) return;
  const LOOK = { color: "#0f766e", weight: 3, dashArray: "2 5", opacity: 0.95 };
  const PICKED = { color: "#111827", weight: 5, dashArray: null, opacity: 1 };
  const address = `/cases/${encodeURIComponent(data.number)}/lines`;
  let group = null;
  let entries = [];

  const linesOf = ({ type, coordinates }) => (type === "LineString" ? [coordinates] : coordinates);

  function pick(entry) {
    for (const other of entries) {
      const on = other === entry;
      other.layer.setStyle(on ? PICKED : LOOK);
      other.button.setAttribute("aria-pressed", String(on));
    }
    hint.textContent = `${words.picked} ${entry.label}`;
    window.CaseDraw.put(linesOf(entry.feature.geometry));
  }

  function offer({ features }) {
    hint.textContent = features.length ? `${words.loaded_lines} ${features.length}` : words.no_lines;
    window.CaseMap.ready.then((map) => {
      if (group) group.remove();
      group = L.featureGroup().addTo(map);
      entries = features.map((feature) => {
        const name = feature.properties.name || words.unnamed;
        const label = feature.properties.crosses ? `${name} · ${words.crosses}` : name;
        const button = element("button", { type: "button", "aria-pressed": "false" }, label);
        const layer = L.geoJSON(feature, { style: LOOK }).addTo(group);
        const entry = { feature, label, button, layer };
        layer.on("click", () => pick(entry));
        button.addEventListener("click", () => pick(entry));
        return entry;
      });
      part("picks").replaceChildren(...entries.map(({ button }) => element("li", {}, button)));
    });
  }

  async function load(work) {
    hint.textContent = "";
    try { offer(await work()); } catch (refusal) {
      if (!(refusal instanceof window.CaseHttp.Refusal)) throw refusal;
      hint.textContent = refusal.message;
    }
  }

  part("load-lines").addEventListener("click", () => load(() => window.CaseHttp.ask("GET", address, { words })));
  part("line-file").addEventListener("change", () => {
    const [file] = part("line-file").files;
    if (!file) return;
    const form = new FormData();
    form.append("file", file);
    load(() => window.CaseHttp.ask("POST", address, { words, form }));
  });
})();
