/* The behaviour of the maps: layers from data, tooltips, popups, legend, search, selection.

   Text from data reaches the page through textContent alone. All words come from the page
   (`start` is given them); this file holds none. When every layer is drawn,
   <html data-map-ready="true">; when one failed, "error". */
"use strict";

window.GisService = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const LONG_TEXT = 60; // characters from which on a value takes the whole width of a card
  const state = { texts: {}, lang: "zh", loads: [], entries: new Map(), shapes: [], fetched: new Map() };
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  /* ---- small builders ---- */
  function element(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  function drawing(tag, attributes = {}, ...children) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  /* ---- values as text ---- */
  const number = (value, digits) =>
    value.toLocaleString(state.lang === "en" ? "en-GB" : "zh-CN", { maximumFractionDigits: digits });

  function formatted(value, format, words) {
    if (value === null || value === undefined || value === "" || Number.isNaN(value)) return null;
    if (Array.isArray(value)) {
      const parts = value.filter((part) => part !== "").map((part) => formatted(part, format, words));
      return parts.length ? parts.join(state.lang === "en" ? ", " : "、") : null;
    }
    if (words) return words[String(value)] ?? String(value);
    if (typeof value !== "number") return String(value);
    switch (format) {
      case "area": {
        const mu = (value * 3) / 2000;
        const exact = number(value, value < 10 ? 2 : 0);
        return `${exact} m² · ${number(mu, mu < 10 ? 2 : 1)} ${state.texts.mu}`;
      }
      case "width": return `${number(value, 3)} m`;
      case "percent": return `${number(value * 100, 1)} %`;
      case "count": return number(value, 0);
      default: return number(value, 2);
    }
  }

  function heading(properties, spec) {
    const parts = spec.title.map(([name, words]) => formatted(properties[name], "text", words));
    return parts.filter(Boolean).join(" · ") || state.texts.unnamed;
  }

  function card(properties, spec, { full }) {
    const box = element("div", { class: "gis-card" });
    const title = element("strong", { class: "gis-card-title" });
    title.textContent = heading(properties, spec);
    box.append(title);
    const list = element("dl");
    for (const field of spec.fields) {
      if (!full && !field.brief) continue;
      const value = field.name.split(".").reduce((held, key) => held?.[key], properties);
      const text = formatted(value, field.format, field.words);
      if (text === null) continue;
      const term = element("dt");
      const detail = element("dd");
      term.textContent = field.label;
      detail.textContent = text;
      if (text.length > LONG_TEXT) detail.className = "gis-long";
      list.append(term, detail);
    }
    if (list.children.length) box.append(list);
    const way = full && spec.link ? wayTo(properties, spec.link) : null;
    if (way) box.append(way);
    return box;
  }

  /* A page of its own: by the value in its address, or by what the page says of the value. */
  function wayTo(properties, link) {
    const value = String(properties[link.property] ?? "");
    const told = link.element && document.getElementById(link.element);
    const known = link.element ? told && JSON.parse(told.textContent)[value] : value;
    if (!known) return null;
    const way = element("a", { class: "gis-way" });
    way.textContent = link.element ? `${link.label} ${known}` : link.label;
    way.href = `${link.prefix}${encodeURIComponent(known)}${link.suffix ?? ""}`;
    return way;
  }

  /* ---- styles ---- */
  function hatch(color) {
    const id = `gis-hatch-${color.replace(/[^0-9a-zA-Z]/g, "")}`;
    if (!document.getElementById(id)) {
      const pattern = drawing("pattern", {
        id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)",
      }, drawing("rect", { width: 7, height: 7, fill: color, "fill-opacity": 0.28 }),
      drawing("line", { x1: 0, y1: 0, x2: 0, y2: 7, stroke: color, "stroke-width": 4 }));
      const holder = drawing("svg", { class: "gis-patterns", "aria-hidden": "true" });
      holder.append(drawing("defs", {}, pattern));
      document.body.append(holder);
    }
    return `url(#${id})`;
  }

  function styleOf(properties, spec) {
    const value = String(properties[spec.by] ?? "");
    const chosen = { ...spec.style, ...((spec.classes && spec.classes[value]) || {}) };
    if (chosen.hatch) chosen.fillColor = hatch(chosen.hatch);
    return chosen;
  }

  const OUTLINES = {
    circle: () => drawing("circle", { cx: 10, cy: 10, r: 7 }),
    square: () => drawing("rect", { x: 3.5, y: 3.5, width: 13, height: 13, rx: 1.5 }),
    triangle: () => drawing("path", { d: "M10 2.5 18 17H2Z" }),
    diamond: () => drawing("path", { d: "M10 1.5 18.5 10 10 18.5 1.5 10Z" }),
    hexagon: () => drawing("path", { d: "M6 3h8l4.5 7-4.5 7H6L1.5 10Z" }),
    house: () => drawing("path", { d: "M10 2 18 8.5V17.5H2V8.5Z" }),
    bowl: () => drawing("path", { d: "M2 5.5H18C18 13 14.5 16.5 10 16.5S2 13 2 5.5Z" }),
    cross: () => drawing("path", { d: "M7 2h6v5h5v6h-5v5H7v-5H2V7h5Z" }),
  };

  function glyph(mark, size) {
    const shape = (OUTLINES[mark.shape] || OUTLINES.circle)();
    const hollow = mark.fill === "hollow" || mark.fill === "dashed";
    shape.setAttribute("fill", hollow ? "#ffffff" : mark.fill === "faded" ? "#d5d9de" : mark.color);
    shape.setAttribute("stroke", hollow ? mark.color : mark.fill === "faded" ? "#7a828c" : "#ffffff");
    shape.setAttribute("stroke-width", hollow ? 2.4 : 1.6);
    if (mark.fill === "dashed") shape.setAttribute("stroke-dasharray", "3 2");
    return drawing("svg", {
      width: size, height: size, viewBox: "0 0 20 20", class: "gis-glyph", "aria-hidden": "true",
    }, shape);
  }

  function markOf(properties, spec) {
    const chosen = { ...(spec.mark || {}) };
    for (const rule of spec.marks || []) {
      Object.assign(chosen, rule.classes[String(properties[rule.by] ?? "")] || {});
    }
    return chosen;
  }

  function marker(position, properties, spec) {
    const mark = markOf(properties, spec);
    const size = mark.size || 18;
    const icon = L.divIcon({
      html: glyph(mark, size), className: "gis-marker", iconSize: [size, size],
    });
    return L.marker(position, { icon, keyboard: false, riseOnHover: true });
  }

  /* ---- data ---- */
  async function fetched(address) {
    const features = [];
    let next = address;
    while (next) {
      const url = new URL(next, window.location.href);
      if (url.origin !== window.location.origin) throw new Error("next link leaves the server");
      const answer = await fetch(url, { headers: { Accept: "application/geo+json" } });
      if (!answer.ok) throw new Error(`${url.pathname}: ${answer.status}`);
      const page = await answer.json();
      features.push(...page.features);
      next = (page.links || []).find((link) => link.rel === "next")?.href;
    }
    return features;
  }

  function features(source) {
    if (source.features) return Promise.resolve(source.features);
    if (source.element) {
      if (!state.fetched.has(source.element)) {
        const text = document.getElementById(source.element).textContent;
        state.fetched.set(source.element, Promise.resolve(JSON.parse(text).features));
      }
      return state.fetched.get(source.element);
    }
    if (!state.fetched.has(source.url)) state.fetched.set(source.url, fetched(source.url));
    return state.fetched.get(source.url);
  }

  const kept = (spec) => (feature) =>
    Object.entries(spec.only || {}).every(([name, values]) =>
      values.includes(String(feature.properties[name] ?? "")));

  function register(kind, feature, layer, group) {
    const id = String(feature.id ?? "");
    const key = `${kind}/${id}`;
    if (!state.entries.has(key)) state.entries.set(key, []);
    state.entries.get(key).push({ feature, layer, group });
    layer.on("click", () => chosen(kind, id, "map"));
  }

  /* A popup stays inside the map and clear of the controls, which lie above it. */
  function popupSize() {
    const { x: width, y: height } = state.map.getSize();
    const bottom = width > 560 ? 8 : 72;
    const widest = Math.max(160, Math.min(320, width - 110));
    return {
      className: "gis-popup", minWidth: Math.min(260, widest), maxWidth: widest,
      maxHeight: Math.max(140, height - bottom - 110),
      autoPanPaddingTopLeft: [56, 60], autoPanPaddingBottomRight: [8, bottom],
    };
  }

  function dress(layer, feature, spec) {
    layer.bindTooltip(() => card(feature.properties, spec, { full: false }), {
      sticky: true, direction: "auto", className: "gis-tooltip",
    });
    layer.bindPopup(() => card(feature.properties, spec, { full: true }), popupSize());
  }

  /* Tooltips listen for focus, and Chromium makes a path with such a listener a Tab stop. The
     keyboard's way to a shape is the search and the table. */
  function unreached(shape) {
    const path = shape.getElement && shape.getElement();
    if (path) path.setAttribute("tabindex", "-1");
  }

  function place(group, feature, spec) {
    const put = (layer) => {
      dress(layer, feature, spec);
      register(spec.kind, feature, layer, group);
      group.addLayer(layer);
    };
    const type = feature.geometry && feature.geometry.type;
    if (type && type !== "Point") {
      put(L.geoJSON(feature, {
        style: () => styleOf(feature.properties, spec),
        pointToLayer: (_, position) => marker(position, feature.properties, spec),
        pane: spec.pane,
        onEachFeature: (_, shape) => shape.on("add", () => unreached(shape)),
      }));
    }
    const point = type === "Point" ? feature.geometry.coordinates : feature.properties.point;
    if (point && (type === "Point" || spec.pins)) {
      put(marker(L.latLng(point[1], point[0]), feature.properties, spec));
    }
  }

  function coloured(spec, list) {
    if (!spec.palette) return spec;
    const values = [...new Set(list.map((f) => String(f.properties[spec.by] ?? "")))].sort();
    const classes = {};
    values.forEach((value, i) => {
      classes[value] = { fillColor: spec.palette[i % spec.palette.length] };
    });
    return { ...spec, classes };
  }

  function layer(map, spec) {
    if (spec.pane && !map.getPane(spec.pane)) {
      map.createPane(spec.pane).style.zIndex = spec.zIndex || 410;
    }
    const group = L.featureGroup();
    const drawn = features(spec.source).then((all) => {
      const list = all.filter(kept(spec));
      const styled = coloured(spec, list);
      for (const feature of list) {
        feature.properties = feature.properties || {};
        place(group, feature, styled);
      }
      return { group, spec: styled, features: list };
    });
    state.loads.push(drawn);
    return group;
  }

  /* ---- selection: the map and the tables beside it ---- */
  let ring = null;

  function highlight(map, entry) {
    if (ring) ring.remove();
    const shape = entry.feature.geometry;
    const point = entry.feature.properties.point;
    ring = L.layerGroup();
    const looks = { color: "#0b57d0", weight: 4, opacity: 1, fill: false, interactive: false };
    if (shape && shape.type !== "Point") ring.addLayer(L.geoJSON(shape, { style: () => looks, interactive: false }));
    const at = shape && shape.type === "Point" ? shape.coordinates : point;
    if (at) ring.addLayer(L.circleMarker([at[1], at[0]], { ...looks, radius: 14, weight: 3 }));
    ring.addTo(map);
  }

  function chosen(kind, id, source) {
    const entries = state.entries.get(`${kind}/${id}`) || [];
    const entry = entries.find((e) => state.map.hasLayer(e.group)) || entries[0];
    if (entry) highlight(state.map, entry);
    document.dispatchEvent(new CustomEvent("gis:selected", { detail: { kind, id, source } }));
    return entry;
  }

  function select(kind, id) {
    const entry = chosen(kind, id, "page");
    if (!entry) return false;
    const map = state.map;
    if (!map.hasLayer(entry.group)) map.addLayer(entry.group);
    const bounds = entry.layer.getBounds ? entry.layer.getBounds() : L.latLngBounds([entry.layer.getLatLng()]);
    map.fitBounds(bounds.pad(0.5), { maxZoom: 17, animate: !calm });
    entry.layer.openPopup(bounds.getCenter());
    return true;
  }

  /* ---- controls ---- */
  function control(position, name, build) {
    const Kind = L.Control.extend({
      onAdd() {
        const box = L.DomUtil.create("div", `gis-control ${name}`);
        L.DomEvent.disableClickPropagation(box);
        L.DomEvent.disableScrollPropagation(box);
        build(box);
        return box;
      },
    });
    return new Kind({ position });
  }

  function swatch(style) {
    if (style.shape) return glyph(style, 16);
    const fill = style.hatch ? hatch(style.hatch) : style.fillColor || "none";
    const rect = drawing("rect", {
      x: 1, y: 1, width: 20, height: 12, rx: 2, fill, "fill-opacity": style.hatch ? 1 : style.fillOpacity ?? 0.6,
      stroke: style.color || "#555", "stroke-width": Math.min(style.weight || 1, 2),
    });
    if (style.dashArray) rect.setAttribute("stroke-dasharray", style.dashArray);
    const box = drawing("svg", { width: 22, height: 14, "aria-hidden": "true" }, rect);
    if (style.pin) {
      const pin = glyph(style.pin, 12);
      pin.setAttribute("x", 5);
      pin.setAttribute("y", 1);
      box.append(pin);
    }
    return box;
  }

  function legendList(title, items) {
    const list = element("ul");
    for (const item of items) {
      const row = element("li");
      const label = element("span");
      label.textContent = item.label;
      row.append(swatch(item.style), label);
      list.append(row);
    }
    const name = element("p", { class: "gis-legend-title" });
    name.textContent = title;
    return [name, list];
  }

  function legend(map, spec) {
    const legendControl = control("bottomleft", "gis-legend", (box) => {
      const roomy = map.getContainer().clientWidth > 720;
      const details = element("details", roomy ? { open: "" } : {});
      const summary = element("summary");
      summary.textContent = state.texts.legend;
      const body = element("div", { class: "gis-legend-body", tabindex: "0", role: "group", "aria-label": state.texts.legend });
      /* above it stand the search and the buttons */
      body.style.maxHeight = `${Math.max(120, map.getContainer().clientHeight - 215)}px`;
      details.append(summary, body);
      box.append(details);
      for (const group of spec.groups) {
        const holder = element("div");
        body.append(holder);
        if (group.items) holder.append(...legendList(group.title, group.items));
        state.shapes.push({ holder, group });
      }
    });
    legendControl.addTo(map);
  }

  /* The district is drawn beside an open legend, not under it. */
  function room(map) {
    const open = map.getContainer().querySelector(".gis-legend details[open]");
    const left = open ? open.offsetWidth + 20 : 12;
    return { paddingTopLeft: [left, 12], paddingBottomRight: [12, 12] };
  }

  function fillLegend(loaded) {
    for (const { holder, group } of state.shapes) {
      if (!group.layer) continue;
      const found = loaded.find(({ spec }) => spec.id === group.layer);
      if (!found || !found.spec.classes) continue;
      const items = Object.entries(found.spec.classes).map(([label, style]) => ({
        label: label || state.texts.unnamed, style: { ...found.spec.style, ...style },
      }));
      if (items.length > 1 && items.length <= 16) holder.append(...legendList(group.title, items));
    }
  }

  function coordinates(map) {
    const box = control("bottomright", "gis-coordinates", (node) => {
      node.setAttribute("aria-hidden", "true");
      node.textContent = state.texts.coordinates;
      map.on("mousemove", (event) => {
        const { lng, lat } = event.latlng.wrap();
        node.textContent = `${lng.toFixed(5)}°, ${lat.toFixed(5)}°`;
      });
    });
    box.addTo(map);
  }

  function search(map, spec) {
    const box = control("topleft", "gis-search", (node) => {
      const list = element("ul", { id: "gis-search-list", role: "listbox", hidden: "", "aria-label": state.texts.search });
      const input = element("input", {
        type: "search", role: "combobox", "aria-expanded": "false", "aria-controls": "gis-search-list",
        "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
        placeholder: state.texts.search, "aria-label": state.texts.search, maxlength: "80",
      });
      node.append(input, list);
      combobox(input, list, spec);
    });
    box.addTo(map);
  }

  function combobox(input, list, spec) {
    let active = -1;
    let found = [];
    const close = () => {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const mark = (next) => {
      active = next;
      [...list.children].forEach((row, i) => row.setAttribute("aria-selected", String(i === active)));
      if (active >= 0 && found.length) {
        input.setAttribute("aria-activedescendant", `gis-option-${active}`);
        list.children[active].scrollIntoView({ block: "nearest" });
      }
    };
    const take = (item) => {
      close();
      input.value = item.label;
      select(item.kind, item.id);
    };
    const show = async () => {
      const wanted = input.value.trim().toLocaleLowerCase();
      if (!wanted) { close(); return; }
      const all = await state.index(spec.layer);
      found = all.filter((item) => item.text.includes(wanted)).slice(0, 12);
      list.replaceChildren(...found.map((item, i) => {
        const row = element("li", { role: "option", id: `gis-option-${i}`, "aria-selected": "false" });
        row.textContent = item.label;
        row.addEventListener("mousedown", (event) => { event.preventDefault(); take(item); });
        return row;
      }));
      if (!found.length) {
        const none = element("li", { class: "gis-none" });
        none.textContent = state.texts.nothing_found;
        list.append(none);
      }
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      mark(found.length ? 0 : -1);
    };
    input.addEventListener("input", show);
    input.addEventListener("focus", show);
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
      if (!found.length || list.hidden) return;
      if (event.key === "ArrowDown") { event.preventDefault(); mark((active + 1) % found.length); }
      if (event.key === "ArrowUp") { event.preventDefault(); mark((active + found.length - 1) % found.length); }
      if (event.key === "Enter" && active >= 0) { event.preventDefault(); take(found[active]); }
    });
  }

  state.index = async (id) => {
    const { spec, features: list } = (await Promise.all(state.loads)).find((one) => one.spec.id === id);
    return list.map((feature) => {
      const { code, name, street } = feature.properties;
      const label = [name, code, street].filter(Boolean).join(" · ");
      return { kind: spec.kind, id: String(feature.id ?? ""), label, text: label.toLocaleLowerCase() };
    });
  };

  /* ---- start and finish ---- */
  function start(map, { texts, lang, label }) {
    state.map = map;
    state.texts = texts;
    state.lang = lang;
    const box = map.getContainer();
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", label);
    map.on("popupopen", ({ popup }) => {
      const button = popup.getElement().querySelector(".leaflet-popup-close-button");
      if (button) { button.setAttribute("aria-label", texts.close); button.title = texts.close; }
    });
  }

  function name(selector, text) {
    for (const node of state.map.getContainer().querySelectorAll(selector)) {
      node.title = text;
      node.setAttribute("aria-label", text);
    }
  }

  function finish(map) {
    const root = document.documentElement;
    name(".leaflet-control-layers-toggle", state.texts.layers);
    Promise.all(state.loads).then((loaded) => {
      fillLegend(loaded);
      const bounds = L.latLngBounds([]);
      for (const { group, spec } of loaded) if (spec.fit) bounds.extend(group.getBounds());
      if (!bounds.isValid()) for (const { group } of loaded) bounds.extend(group.getBounds());
      if (bounds.isValid()) map.fitBounds(bounds, { ...room(map), animate: false });
      else map.setView([0, 0], 2);
      root.dataset.mapReady = "true";
    }).catch((error) => {
      const note = element("p", { class: "gis-failed", role: "alert" });
      note.textContent = `${state.texts.failed} (${error.message})`;
      map.getContainer().append(note);
      root.dataset.mapReady = "error";
    });
  }

  /* Scripts of a page that draw on its map wait for this. */
  function offer(map) {
    Promise.all(state.loads).then((loaded) =>
      document.dispatchEvent(new CustomEvent("gis:map", { detail: { map, loaded } })));
  }

  return { start, layer, legend, coordinates, search, select, finish, offer };
})();
