/* The upload: drop zone, progress, cancel, the server's own words on errors, one-click retry. */
"use strict";

(() => {
  const words = JSON.parse(document.getElementById("upload-words").textContent);
  const form = document.getElementById("upload");
  const part = (id) => document.getElementById(id);
  const input = part("file");
  let request = null;

  function chosen() {
    const file = input.files[0];
    part("chosen").textContent = file ? `${file.name} (${(file.size / 1e6).toFixed(2)} MB)` : "";
  }

  function fail(text, suggestions = []) {
    part("working").hidden = true;
    part("failed").hidden = false;
    part("message").textContent = text;
    part("retry").replaceChildren(...suggestions.map((crs) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button";
      button.textContent = `${words.retry} ${crs}`;
      button.addEventListener("click", () => { form.elements.crs.value = crs; send(); });
      return button;
    }));
    idle();
  }

  function idle() {
    part("send").disabled = false;
    part("cancel").hidden = true;
    request = null;
  }

  function body() {
    const data = new FormData();
    data.append("file", input.files[0]);
    for (const name of ["crs", "layer"]) {
      const value = form.elements[name].value.trim();
      if (value) data.append(name, value);
    }
    for (const field of form.querySelectorAll("[data-map]")) {
      if (field.value.trim()) data.append("map", `${field.dataset.map}=${field.value.trim()}`);
    }
    return data;
  }

  function answered(answer) {
    let result = {};
    try { result = JSON.parse(answer.responseText); } catch { /* said below */ }
    if ([201, 202].includes(answer.status) && result.id) {
      window.location.assign(`${form.dataset.next || "/surveys/"}${encodeURIComponent(result.id)}`);
      return;
    }
    const text = result[`detail_${words.lang}`] || result.detail;
    const fallback = answer.status === 413 ? words.too_large : `${words.unreachable} (${answer.status})`;
    fail(text || fallback, result.details && result.details.suggestions);
  }

  function send() {
    if (request) return;
    if (!input.files.length) { fail(words.choose); return; }
    part("failed").hidden = true;
    part("working").hidden = false;
    part("send").disabled = true;
    part("cancel").hidden = false;
    part("stage").textContent = words.sending;
    /* XMLHttpRequest, because fetch tells nothing of how much was sent. */
    const sending = new XMLHttpRequest();
    request = sending;
    sending.upload.addEventListener("progress", ({ loaded, total }) => {
      if (total) part("progress").value = loaded / total;
    });
    sending.upload.addEventListener("load", () => {
      part("progress").removeAttribute("value");
      part("stage").textContent = words.checking;
    });
    sending.addEventListener("load", () => answered(sending));
    sending.addEventListener("error", () => fail(words.unreachable));
    sending.addEventListener("abort", () => fail(words.cancelled));
    sending.open("POST", form.action);
    sending.setRequestHeader("Accept-Language", words.lang);
    const token = document.querySelector('meta[name="csrf-token"]');
    if (token) sending.setRequestHeader("X-CSRF-Token", token.content);
    sending.send(body());
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  part("cancel").addEventListener("click", () => request && request.abort());
  input.addEventListener("change", chosen);
  const drop = part("drop");
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; chosen(); }
  });
})();
