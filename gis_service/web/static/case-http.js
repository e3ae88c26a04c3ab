/* Asking the service from the pages of casework: JSON, the CSRF token, If-Match, and the
   service's own words where it refuses. A repeated send of the same body is answered once. */
"use strict";

window.CaseHttp = (() => {
  const keys = new Map(); // what was sent without an answer → its Idempotency-Key

  class Refusal extends Error {
    constructor(message, status, problem) {
      super(message);
      this.status = status;
      this.problem = problem || {};
    }
  }

  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function headersOf(method, words, match) {
    const headers = { Accept: "application/json", "Accept-Language": words.lang || document.documentElement.lang };
    const token = document.querySelector('meta[name="csrf-token"]');
    if (token && method !== "GET") headers["X-CSRF-Token"] = token.content;
    if (match) headers["If-Match"] = match;
    return headers;
  }

  /* Gives the answer's JSON; throws a Refusal in words that can be shown. */
  async function ask(method, path, { body, form, match, words, once = false } = {}) {
    const headers = headersOf(method, words, match);
    let sent;
    if (form) sent = form;
    else if (method !== "GET") {
      headers["Content-Type"] = "application/json";
      sent = JSON.stringify(body || {});
    }
    const same = `${method} ${path} ${typeof sent === "string" ? sent : ""}`;
    if (once) {
      if (!keys.has(same)) keys.set(same, newKey());
      headers["Idempotency-Key"] = keys.get(same);
    }
    let answer;
    try {
      answer = await fetch(path, { method, headers, body: sent, credentials: "same-origin" });
    } catch {
      throw new Refusal(words.unreachable, 0);
    }
    keys.delete(same);
    let told = {};
    try { told = await answer.json(); } catch { /* said below */ }
    if (!answer.ok) {
      throw new Refusal(told[`detail_${words.lang}`] || told.detail || `${words.unreachable} (${answer.status})`, answer.status, told);
    }
    return told;
  }

  return { ask, Refusal };
})();
