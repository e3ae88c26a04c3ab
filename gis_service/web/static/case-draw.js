/* Drawing the line that splits the land: with the mouse (Leaflet-Geoman, snapping to vertices
   and lines) or by typing coordinates. The text holds the line; the map shows what it says. */
"use strict";

window.CaseDraw = (() => {
  const page = window.CasePage;
  const { words, part } = page;
  const DIGITS = 8; // about a millimetre
  const LOOK = { color: "#111827", weight: 4, opacity: 1 };
  const field = part("line");
  if (!field) return { lines: () => null, put() {}, listen() {} };
  let drawn = null;
  let listeners = [];

  /* ---- text ↔ lines: [[lon, lat], …] each ---- */
  function parse(text) {
    const lines = [[]];
    for (const row of text.split("\n")) {
      if (!row.trim()) { if (lines.at(-1).length) lines.push([]); continue; }
      const numbers = row.trim().split(/[\s,，;]+/).map(Number);
      const [lon, lat] = numbers;
      const usable = numbers.length === 2 && numbers.every(Number.isFinite) && Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
      if (!usable) throw new window.CaseHttp.Refusal(`${words.bad_line} ${row.trim().slice(0, 80)}`, 0);
      lines.at(-1).push([lon, lat]);
    }
    return lines.filter((line) => line.length > 1);
  }

  const write = (lines) => lines.map((line) => line.map(([lon, lat]) => `${lon.toFixed(DIGITS)}, ${lat.toFixed(DIGITS)}`).join("\n")).join("\n\n");

  function lines() {
    const found = parse(field.value);
    if (!found.length) return null;
    return found.length === 1 ? { type: "LineString", coordinates: found[0] } : { type: "MultiLineString", coordinates: found };
  }

  function put(found, { redraw = true } = {}) {
    field.value = write(found);
    page.keep("line", field.value);
    if (redraw) show();
    for (const listener of listeners) listener();
  }

  /* ---- the map ---- */
  const flat = (layer) => layer.getLatLngs().map(({ lng, lat }) => [lng, lat]);

  function show() {
    window.CaseMap.ready.then((map) => {
      if (drawn) drawn.remove();
      drawn = L.featureGroup();
      let found = [];
      try { found = parse(field.value); } catch { /* said when it is sent */ }
      for (const line of found) {
        const layer = L.polyline(line.map(([lon, lat]) => [lat, lon]), LOOK).addTo(drawn);
        layer.on("pm:edit pm:update", () => put(drawn.getLayers().map(flat), { redraw: false }));
      }
      drawn.addTo(map);
      for (const layer of drawn.getLayers()) if (layer.getLatLngs().length < 60) layer.pm.enable({ snappable: true, snapDistance: 12 });
      document.documentElement.dataset.drawn = String(found.length);
    });
  }

  function controls(on) {
    part("draw").hidden = on;
    part("finish").hidden = part("undo").hidden = !on;
    part("draw-hint").textContent = on ? words.drawing : "";
  }

  window.CaseMap.ready.then((map) => {
    map.pm.setLang(words.lang === "en" ? "en" : "zh");
    let before = [];
    map.on("pm:drawstart", ({ workingLayer }) => {
      window.CaseMap.aim(true);
      controls(true);
      try { before = parse(field.value); } catch { before = []; }
      /* A line that is not finished yet is kept too. */
      const note = () => { if (workingLayer.getLatLngs().length) put([...before, flat(workingLayer)], { redraw: false }); };
      workingLayer.on("pm:vertexadded pm:vertexremoved", note);
    });
    map.on("pm:create", ({ layer }) => {
      const line = flat(layer);
      layer.remove();
      put([...before, line]);
    });
    map.on("pm:drawend", () => {
      window.CaseMap.aim(false);
      controls(false);
      show();
    });
    part("draw").addEventListener("click", () => {
      if (drawn) for (const layer of drawn.getLayers()) layer.pm.disable();
      map.pm.enableDraw("Line", {
        snappable: true, snapDistance: 12, finishOn: "dblclick", tooltips: true, allowSelfIntersection: true,
        templineStyle: LOOK, hintlineStyle: { ...LOOK, dashArray: "5 5" }, pathOptions: LOOK,
      });
    });
    part("finish").addEventListener("click", () => map.pm.Draw.Line._finishShape());
    part("undo").addEventListener("click", () => map.pm.Draw.Line._removeLastVertex());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && map.pm.globalDrawModeEnabled()) map.pm.disableDraw();
    });
  });
  part("clear").addEventListener("click", () => {
    window.CaseMap.ready.then((map) => map.pm.disableDraw());
    put([]);
  });
  field.addEventListener("change", show);
  show();

  return { lines, put, listen: (listener) => { listeners = [...listeners, listener]; } };
})();
