// <pz-clock zone="Europe/Sofia"><span data-clock>14:32:07</span> …</pz-clock>: the centre's clock.
import { centreNow, eachSecond } from "./centre.js";

class PzClock extends HTMLElement {
  #stop = () => {};

  connectedCallback() {
    const face = this.querySelector("[data-clock]") ?? this;
    const format = new Intl.DateTimeFormat("en-GB", {
      hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
      timeZone: this.getAttribute("zone") || "UTC",
    });
    this.#stop = eachSecond(() => { face.textContent = format.format(centreNow()); });
  }

  disconnectedCallback() { this.#stop(); }
}
customElements.define("pz-clock", PzClock);
