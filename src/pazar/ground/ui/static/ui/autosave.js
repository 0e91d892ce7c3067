// <form data-autosave="/address/"> saves itself 800 ms after the last change and says so in its [data-saved].
// The server answers 2xx with optional JSON {"saved_at": "14:32:07", "note": "what of it can't be read yet"},
// or 4xx with {"reason": "…"}.
// Whatever is posted is the form itself, so that it works for parts that htmx brought later.
import { centreNow, words } from "./centre.js";

const IDLE = 800;
/** @typedef {{timer: number, running: boolean, again: boolean, tries: number}} State */
/** @type {WeakMap<HTMLFormElement, State>} */
const states = new WeakMap();

/** @param {HTMLFormElement} form @param {string} text @param {boolean} [bad] */
function say(form, text, bad = false) {
  const place = form.querySelector("[data-saved]") ?? document.querySelector(`[data-saved="${CSS.escape(form.id)}"]`);
  if (!place) return;
  place.textContent = text;
  place.classList.toggle("bad", bad);
}

/** @param {HTMLFormElement} form @returns {State} */
function stateOf(form) {
  let state = states.get(form);
  if (!state) states.set(form, state = { timer: 0, running: false, again: false, tries: 0 });
  return state;
}

/** @param {HTMLFormElement} form @param {number} [wait] */
function plan(form, wait = IDLE) {
  const state = stateOf(form);
  window.clearTimeout(state.timer);
  state.timer = window.setTimeout(() => save(form), wait);
}

const clock = () => {
  const zone = document.querySelector("pz-clock")?.getAttribute("zone") || undefined;
  return new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: zone,
  }).format(centreNow());
};

/** @param {HTMLFormElement} form */
async function save(form) {
  const state = stateOf(form);
  // A form that htmx replaced meanwhile would save over what took its place.
  if (!form.isConnected) return;
  if (state.running) { state.again = true; return; }
  state.running = true;
  // A spinner for a quick answer would only flicker.
  const slow = window.setTimeout(() => say(form, words.saving), 300);
  try {
    const answer = await fetch(form.dataset.autosave || form.action, {
      method: "POST", body: new FormData(form), credentials: "same-origin",
      headers: { "X-Requested-With": "autosave", Accept: "application/json" },
    });
    const told = await answer.json().catch(() => ({}));
    window.clearTimeout(slow);
    if (answer.ok) {
      state.tries = 0;
      const saved = words.saved.replace("%t", told.saved_at ?? clock());
      say(form, told.note ? `${saved.replace(/\.?$/, ".")} ${told.note}` : saved, Boolean(told.note));
      form.dispatchEvent(new CustomEvent("pz-saved", { bubbles: true, detail: told }));
    } else {
      say(form, words.unsaved.replace("%r", told.reason ?? words.refused), true);
    }
  } catch {
    window.clearTimeout(slow);
    say(form, words.unsaved.replace("%r", words.offline), true);
    state.tries += 1;
    plan(form, Math.min(30000, 1000 * 2 ** state.tries));
  } finally {
    state.running = false;
    if (state.again) { state.again = false; plan(form, 0); }
  }
}

/** @param {Event} event */
function changed(event) {
  const field = /** @type {HTMLElement} */ (event.target);
  const form = /** @type {HTMLFormElement|null} */ (field.closest?.("form[data-autosave]"));
  // Files are sent by their own button: a half-chosen one would be sent over and over.
  if (form && !(field instanceof HTMLInputElement && field.type === "file")) plan(form);
}
document.addEventListener("input", changed);
document.addEventListener("change", changed);
document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.matches("[data-autosave]")) window.clearTimeout(stateOf(form).timer);
});
