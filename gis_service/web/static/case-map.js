/* What is drawn on the map of a case besides its layers: a proposal before and after. */
"use strict";

window.CaseMap = (() => {
  const { data, part } = window.CasePage;
  const NEUTRAL = "#37474f";
  const state = { map: null, ready: null, group: null, shown: null };
  state.ready = new Promise((resolve) => {
    document.addEventListener("gis:map", ({ detail }) => { state.map = detail.map; resolve(detail.map); });
  });

  const colour = (code) => data.colours[code] || NEUTRAL;

  function looks(feature, which) {
    const own = colour(String(feature.properties.code));
    return which === "before"
      ? { color: own, weight: 3, dashArray: "7 5", fillColor: own, fillOpacity: 0.08, interactive: false }
      : { color: own, weight: 3.5, fillColor: own, fillOpacity: 0.32, interactive: false };
  }

  function draw() {
    if (state.group) state.group.remove();
    state.group = null;
    const which = document.querySelector('input[name="shown"]:checked')?.value || "after";
    part("swap").hidden = !state.shown;
    document.documentElement.dataset.shown = state.shown ? which : "";
    if (!state.shown || !state.map || which === "none") return;
    if (!state.map.getPane("gis-outcome")) state.map.createPane("gis-outcome").style.zIndex = 460;
    state.group = L.geoJSON(state.shown[which], {
      style: (feature) => looks(feature, which), pane: "gis-outcome", interactive: false, pmIgnore: true,
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
