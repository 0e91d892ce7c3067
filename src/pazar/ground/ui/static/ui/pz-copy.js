// <pz-copy><code>value</code><button hidden>…</button><span role="status"></span></pz-copy>
import { words } from "./centre.js";

class PzCopy extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    const code = this.querySelector("code");
    const said = this.querySelector("[role=status]");
    // Without a safe context there is no clipboard, and the button stays away.
    if (!button || !code || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent ?? "");
      if (said) said.textContent = words.copied;
    });
  }
}
customElements.define("pz-copy", PzCopy);
