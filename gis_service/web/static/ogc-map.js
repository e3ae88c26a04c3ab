/* Draws the features of a page of /ogc, which stand in the page as data. */
(function () {
  "use strict";
  const holder = document.getElementById("ogc-map");
  const data = JSON.parse(document.getElementById("ogc-data").textContent);
  const map = L.map(holder, { attributionControl: false, preferCanvas: true });
  const layer = L.geoJSON(data, {
    pointToLayer: (feature, place) => L.circleMarker(place, { radius: 5 }),
    style: () => ({ color: "#164a7a", weight: 1.5, fillOpacity: 0.15 }),
    onEachFeature: (feature, drawn) => {
      const list = document.createElement("dl");
      for (const [name, value] of Object.entries(feature.properties || {})) {
        const term = document.createElement("dt");
        const text = document.createElement("dd");
        term.textContent = name;
        text.textContent = value === null ? "" : String(value);
        list.append(term, text);
      }
      drawn.bindPopup(list, { maxHeight: 240 });
    },
  }).addTo(map);
  const bounds = layer.getBounds();
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [12, 12] });
  else map.setView([22.55, 114.13], 12);
})();
