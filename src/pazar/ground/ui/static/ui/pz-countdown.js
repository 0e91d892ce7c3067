// <pz-countdown until="2026-11-24T15:45:00Z" [closed="Closed"] [clock] [say]>3 h 12 min left</pz-countdown>
// `clock` shows 12:53 in the last hour; `say` speaks once a minute and the last ten seconds.
// At nought the element sends `pz-closed`, and stays.
import { announce, centreNow, eachSecond, words } from "./centre.js";

/** @param {number} n */
const two = (n) => String(n).padStart(2, "0");

/**
 * The same words as the server's.
 * @param {number} seconds whole seconds that are left
 * @param {string} closed
 */
export function left(seconds, closed) {
  if (seconds <= 0) return closed;
  if (seconds >= 172800) {
    const days = Math.floor(seconds / 86400);
    return (days === 1 ? words.day : words.days).replace("%d", String(days));
  }
  if (seconds >= 3600) {
    return words.hours.replace("%h", String(Math.floor(seconds / 3600)))
      .replace("%m", String(Math.floor((seconds % 3600) / 60)));
  }
  if (seconds >= 60) return words.minutes.replace("%m", String(Math.floor(seconds / 60)));
  return words.seconds.replace("%s", String(seconds));
}

class PzCountdown extends HTMLElement {
  static observedAttributes = ["until"];
  #stop = () => {};
  #ended = false;
  #said = "";

  connectedCallback() { this.#stop = eachSecond(() => this.#show()); }
  disconnectedCallback() { this.#stop(); }
  attributeChangedCallback() { this.#ended = false; if (this.isConnected) this.#show(); }

  #show() {
    const until = Date.parse(this.getAttribute("until") ?? "");
    if (Number.isNaN(until)) return;
    const seconds = Math.ceil((until - centreNow()) / 1000);
    const closed = this.getAttribute("closed") || words.closed;
    const sentence = left(seconds, closed);
    const text = this.hasAttribute("clock") && seconds > 0 && seconds < 3600
      ? `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}` : sentence;
    if (this.textContent !== text) this.textContent = text;
    if (this.hasAttribute("say") && seconds > 0 && (seconds % 60 === 0 || seconds <= 10) && this.#said !== sentence) {
      this.#said = sentence;
      announce(sentence);
    }
    if (seconds <= 0 && !this.#ended) {
      this.#ended = true;
      const status = this.closest(".pz-st");
      status?.classList.remove("open", "soon");
      status?.classList.add("done");
      if (this.hasAttribute("say")) announce(closed);
      this.dispatchEvent(new CustomEvent("pz-closed", { bubbles: true }));
    }
  }
}
customElements.define("pz-countdown", PzCountdown);
