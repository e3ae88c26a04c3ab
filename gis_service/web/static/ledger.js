/* The ledger: an address without empty conditions, and the case of all slivers. */
"use strict";

(() => {
  const words = JSON.parse(document.getElementById("ledger-words").textContent);
  const form = document.getElementById("filter");
  const said = document.getElementById("said");

  form.addEventListener("submit", () => {
    const empty = [...form.elements].filter((field) => field.name && field.value === "");
    for (const field of empty) field.disabled = true;
    /* Coming back, the browser shows the page as it was left. */
    window.setTimeout(() => { for (const field of empty) field.disabled = false; }, 0);
  });
  for (const field of form.querySelectorAll("select")) {
    let byKeyboard = false;
    field.addEventListener("keydown", () => { byKeyboard = true; });
    field.addEventListener("pointerdown", () => { byKeyboard = false; });
    /* Arrows in a closed list change its value step by step: who uses them presses Enter. */
    field.addEventListener("change", () => { if (!byKeyboard) form.requestSubmit(); });
  }
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.tagName === "SELECT") {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  const slivers = document.getElementById("slivers");
  if (slivers) {
    slivers.addEventListener("click", async () => {
      slivers.disabled = true;
      try {
        const made = await window.CaseHttp.ask("POST", "/api/v1/cases/slivers", { words, once: true });
        window.location.assign(`/cases/${encodeURIComponent(made.number)}`);
      } catch (refusal) {
        said.textContent = refusal.message;
        said.hidden = false;
        slivers.disabled = false;
      }
    });
  }
})();
