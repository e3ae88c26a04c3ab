/* What is drawn on the map of a case besides its layers: a proposal before and after. */
"use strict";

window.CaseMap = (() => {
  const { data, part } = window.CasePage;
  const NEUTRAL = "#37474f";
  const state = { map: null, claims: null, ready: null, group: null, shown: null };
  state.ready = new Promise((resolve) => {
    document.addEventListener("gis:map", ({ detail }) => {
      state.map = detail.map;
      state.claims = detail.loaded.find(({ spec }) => spec.id === "claims");
      const land = detail.loaded.find(({ spec }) => spec.id === "land").group.getBounds();
      if (land.isValid()) state.map.fitBounds(land.pad(0.35), { animate: false });
      resolve(detail.map);
    });
  });

  const colour = (code) => data.colours[code] || NEUTRAL;
  const codeOf = (feature) => String(feature.properties.code);

  function looks(feature) {
    const own = colour(codeOf(feature));
    return { color: own, weight: 3.5, fillColor: own, fillOpacity: 0.3, interactive: false };
  }

  /* Every party as it is before or after; who keeps all of its land is drawn as it is. */
  function features(which) {
    const changed = state.shown[which].features;
    const known = new Set(changed.map(codeOf));
    const others = state.claims ? state.claims.features.filter((feature) => !known.has(codeOf(feature))) : [];
    return { type: "FeatureCollection", features: [...others, ...changed] };
  }

  function draw() {
    if (state.group) state.group.remove();
    state.group = null;
    const which = document.querySelector('input[name="shown"]:checked')?.value || "after";
    const on = Boolean(state.shown && state.map && which !== "none");
    part("swap").hidden = !state.shown;
    document.documentElement.dataset.shown = state.shown ? which : "";
    if (!state.map) return;
    state.map.getContainer().classList.toggle("case-outcome", on);
    if (state.claims) state.claims.group[on ? "removeFrom" : "addTo"](state.map);
    if (!on) return;
    if (!state.map.getPane("gis-outcome")) state.map.createPane("gis-outcome").style.zIndex = 440;
    state.group = L.geoJSON(features(which), {
      style: looks, pane: "gis-outcome", interactive: false, pmIgnore: true,
    }).addTo(state.map);
  }

  /* `outcome` holds `before` and `after`, FeatureCollections of the communities that change. */
  function show(outcome) {
    state.shown = outcome;
    state.ready.then(draw);
  }

  /* Calls `take` with the next point that is clicked; shapes let the click through. */
  function nextClick(take) {
    state.ready.then((map) => {
      aim(true);
      map.once("click", ({ latlng }) => { aim(false); take(latlng); });
    });
  }

  function aim(on) { state.map.getContainer().classList.toggle("case-drawing", on); }

  for (const choice of document.querySelectorAll('input[name="shown"]')) choice.addEventListener("change", draw);
  return { ready: state.ready, show, nextClick, aim, colour };
})();
