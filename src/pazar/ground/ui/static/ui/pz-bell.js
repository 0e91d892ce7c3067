// The bell's number as it changes. Only the page in view listens: hidden tabs hold no connection.
// Without the stream the bell keeps what its page said.

const bell = /** @type {HTMLElement|null} */ (document.querySelector("[data-stream]"));

if (bell && "EventSource" in window) {
  /** @type {EventSource|null} */
  let stream = null;

  /** @param {number} count */
  function show(count) {
    let mark = bell.querySelector(".pz-count");
    if (count && !mark) {
      mark = document.createElement("span");
      mark.className = "pz-count";
      mark.setAttribute("aria-hidden", "true");
      bell.append(mark);
    }
    if (mark) {
      if (count) mark.textContent = count > 99 ? "99+" : String(count);
      else mark.remove();
    }
    bell.setAttribute("aria-label", count ? (bell.dataset.some ?? "").replace("{n}", String(count)) : bell.dataset.none ?? "");
  }

  function listen() {
    if (document.hidden || stream) return;
    stream = new EventSource(/** @type {string} */ (bell.dataset.stream));
    stream.addEventListener("message", (event) => {
      const count = Number(event.data);
      if (Number.isInteger(count) && count >= 0) show(count);
    });
  }

  function rest() {
    stream?.close();
    stream = null;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
  addEventListener("pagehide", rest);
  addEventListener("pageshow", listen);
  listen();
}
