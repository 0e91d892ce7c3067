// The centre's moment in the browser: the server's clock, carried on by the browser's monotonic one.

/** @type {Record<string, string>} */
export const words = (() => {
  const meta = document.querySelector("meta[name=pz-words]");
  try { return JSON.parse(meta?.getAttribute("content") ?? "{}"); } catch { return {}; }
})();

/** Milliseconds between performance.now() and the centre's clock. */
let offset = (() => {
  const said = Date.parse(document.querySelector("meta[name=pz-now]")?.getAttribute("content") ?? "");
  if (Number.isNaN(said)) return performance.timeOrigin;
  const [page] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  // The server wrote its moment just before its first byte reached us.
  return said - (page?.responseStart || 0);
})();

/** The centre's moment, in milliseconds since 1970. @returns {number} */
export const centreNow = () => offset + performance.now();

/**
 * Set the clock anew from a fresher answer of the server.
 * @param {string} moment ISO 8601, as the server said it
 * @param {number} heardAt performance.now() when it was heard
 */
export function setCentre(moment, heardAt) {
  const said = Date.parse(moment);
  if (!Number.isNaN(said)) offset = said - heardAt;
}

/** @type {Set<() => void>} */
const listeners = new Set();
let timer = 0;

function beat() {
  for (const listener of listeners) listener();
  timer = listeners.size ? window.setTimeout(beat, 1000 - (centreNow() % 1000) + 5) : 0;
}

/**
 * Be called at each full second of the centre's clock.
 * @param {() => void} listener
 * @returns {() => void} stops it
 */
export function eachSecond(listener) {
  listeners.add(listener);
  listener();
  if (!timer) timer = window.setTimeout(beat, 1000 - (centreNow() % 1000) + 5);
  return () => listeners.delete(listener);
}

/** Say something to those who listen rather than look. @param {string} text */
export function announce(text) {
  const live = document.getElementById("pz-live");
  if (live) live.textContent = text;
}
