/* The planning page: runs a plan as a job, puts its sites on the map, follows a dragged one. */
"use strict";

(() => {
  const { data, words, show } = window.PlanResult;
  const { ask } = window.CaseHttp;
  const part = (id) => document.getElementById(id);
  const state = { map: null, pins: null, plan: null, job: "", asking: false, again: false };
  const ready = new Promise((resolve) => {
    document.addEventListener("gis:map", ({ detail }) => {
      state.map = detail.map;
      state.pins = L.layerGroup().addTo(detail.map);
      resolve();
    });
  });

  function fail(error) {
    part("failed").hidden = false;
    part("message").textContent = error.message;
  }

  /* ---- pins ---- */
  function icon(text, anchor = [15, 15]) {
    const mark = document.createElement("span");
    mark.textContent = text;
    return L.divIcon({ html: mark, className: "site-pin", iconSize: [30, 30], iconAnchor: anchor });
  }

  const STEP = { ArrowUp: [0, -12], ArrowDown: [0, 12], ArrowLeft: [-12, 0], ArrowRight: [12, 0] };

  function pin(site, at) {
    const made = L.marker([site.lat, site.lon], {
      icon: icon(String(at + 1)), draggable: true, autoPan: true, zIndexOffset: 1000,
      title: `${words.site} ${at + 1} · ${site.name || site.id}`, alt: `${words.site} ${at + 1}`,
    });
    const moved = () => {
      const { lat, lng } = made.getLatLng();
      state.plan.sites[at] = { ...state.plan.sites[at], id: "", name: "", lat, lon: lng };
      score();
    };
    made.on("drag dragend", moved);
    made.on("add", () => {
      made.getElement().addEventListener("keydown", (event) => {
        const step = STEP[event.key];
        if (!step) return;
        event.preventDefault();
        event.stopPropagation();
        const from = state.map.latLngToContainerPoint(made.getLatLng());
        made.setLatLng(state.map.containerPointToLatLng(from.add(step)));
        moved();
      });
    });
    return made;
  }

  function draw() {
    state.pins.clearLayers();
    state.plan.sites.forEach((site, at) => pin(site, at).addTo(state.pins));
  }

  function places() {
    return state.plan.sites.map(({ id, lon, lat }) => ({ id, lon, lat }));
  }

  /* One question at a time; what moved meanwhile is asked next. */
  async function score() {
    if (state.asking) { state.again = true; return; }
    state.asking = true;
    try {
      do {
        state.again = false;
        const { kind, minutes } = state.plan;
        const body = { kind, minutes, sites: places() };
        const found = await ask("POST", "/api/v1/plans/score", { body, words });
        const sites = found.sites.map((site, at) => {
          const { lat, lon } = state.plan.sites[at];
          return site.moved ? { ...site, id: "", lat, lon } : site;
        });
        state.plan = { ...state.plan, before: found.before, after: found.after, gained: found.gained, sites, moved: found.sites.some((site) => site.moved) };
        show({ ...state.plan, sites: sites.map((site, at) => ({ ...site, id: site.id || `${words.site} ${at + 1}` })) });
        part("result").dataset.scored = String(Number(part("result").dataset.scored || 0) + 1);
      } while (state.again);
    } catch (error) { fail(error); } finally { state.asking = false; }
  }

  /* ---- a plan as a job ---- */
  function follow(job) {
    part("job").hidden = false;
    part("share").value = 0;
    const source = new EventSource(`/api/v1/jobs/${encodeURIComponent(job)}/events`);
    source.addEventListener("job", (event) => {
      const now = JSON.parse(event.data);
      const text = now.text ? now.text[words.lang === "en" ? "en" : "zh"] : "";
      part("share").value = now.share;
      part("stage").textContent = `${Math.floor(now.share * 100)} % ${now.state === "queued" ? words.waiting : text}`;
      if (!["done", "failed", "cancelled"].includes(now.state)) return;
      source.close();
      part("job").hidden = true;
      part("run").disabled = false;
      if (now.state === "done") ended(job, now.result);
      else fail(new Error(now.problem ? now.problem[words.lang === "en" ? "en" : "zh"] : ""));
    });
  }

  async function ended(job, plan) {
    state.job = job;
    state.plan = plan;
    await ready;
    draw();
    show(plan);
    part("kept").textContent = "";
    part("keep").hidden = false;
    document.documentElement.dataset.plan = job;
  }

  const form = part("plan");
  if (form) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      part("failed").hidden = true;
      part("run").disabled = true;
      const value = (name) => form.elements[name].value;
      const body = { objective: value("objective"), kind: value("kind"), new: Number(value("new")), minutes: Number(value("minutes")) };
      try {
        const job = await ask("POST", "/api/v1/plans", { body, words });
        follow(job.id);
        part("stop").onclick = () => ask("POST", `/api/v1/jobs/${encodeURIComponent(job.id)}/cancel`, { words });
      } catch (error) { part("run").disabled = false; fail(error); }
    });
    part("keep").addEventListener("submit", async (event) => {
      event.preventDefault();
      const body = { name: part("scenario-name").value, job: state.job };
      if (state.plan.moved) body.sites = places();
      try {
        const made = await ask("POST", "/api/v1/scenarios", { body, words, once: true });
        part("kept").textContent = `${words.kept} ${made.number} · ${made.name}`;
        part("scenario-name").value = "";
        for (const select of document.querySelectorAll("#compare select")) {
          const option = document.createElement("option");
          option.value = String(made.number);
          option.textContent = `${made.number} · ${made.name}`;
          select.prepend(option);
        }
      } catch (error) { fail(error); }
    });
  }

  for (const button of document.querySelectorAll("[data-commit]")) {
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const made = await ask("POST", `/api/v1/scenarios/${button.dataset.commit}/facilities`, { words, once: true });
        part("committed").textContent = `${words.committed}: ${made.facilities.join(" · ")}`;
      } catch (error) { part("committed").textContent = error.message; }
    });
  }

  if (data.compared) {
    ready.then(() => data.compared.forEach((one, at) => {
      for (const site of one.sites) {
        L.marker([site.lat, site.lon], {
          icon: icon("AB"[at], [at ? 0 : 30, 15]), keyboard: false, title: `${"AB"[at]} · ${one.name} · ${site.name}`, zIndexOffset: 900,
        }).addTo(state.pins);
      }
    }));
  }
})();
