// @ts-check
/** <pz-sealing-key data-to>: makes a person's key here, gives him its file, and the centre its public half. */
import { ask, sayFault, sayProgress, tokenOf } from "../ui/asking.js";
import { hex } from "./octets.js";
import { SHORTEST_PASSPHRASE, download, lockPair, makePair } from "./personal-key.js";

class SealingKey extends HTMLElement {
  connectedCallback() {
    this.#button.disabled = false;
    this.#form.addEventListener("submit", this.#submitted);
  }

  disconnectedCallback() {
    this.#form.removeEventListener("submit", this.#submitted);
  }

  get #form() {
    return /** @type {HTMLFormElement} */ (this.querySelector("form"));
  }

  get #button() {
    return /** @type {HTMLButtonElement} */ (this.querySelector("button[type=submit]"));
  }

  /** @param {Event} event */
  #submitted = async (event) => {
    event.preventDefault();
    this.#button.disabled = true;
    /** @type {HTMLElement} */ (this.querySelector("[data-fault]")).replaceChildren();
    try {
      const [first, again] = [...this.querySelectorAll("input[type=password]")].map(
        (input) => /** @type {HTMLInputElement} */ (input).value,
      );
      const length = Array.from(first.normalize("NFKC")).length;
      if (length < SHORTEST_PASSPHRASE) throw Object.assign(new Error(), { code: "short" });
      if (first !== again) throw Object.assign(new Error(), { code: "differs" });
      sayProgress(this, this.dataset.making ?? "");
      const pair = await makePair();
      const file = await lockPair(pair, { passphrase: first });
      // The file first: a key that the centre knows and nobody has would shut bids for ever.
      download(file, { name: `${this.dataset.name}-${pair.fingerprint.slice(0, 8)}.json` });
      await ask(this.dataset.to ?? "", { body: { public_key: hex(pair.publicKey) }, token: tokenOf(this) });
      this.#form.reset();
      sayProgress(this, `${this.dataset.done ?? ""} ${pair.fingerprint}`);
      // In place: to load the page anew while some browser still asks where to save the file could lose the key.
      const heading = document.querySelector("h1");
      if (heading) heading.textContent = this.dataset.holds ?? "";
    } catch (error) {
      sayProgress(this, "");
      sayFault(this, error);
    }
    this.#button.disabled = false;
  };
}

customElements.define("pz-sealing-key", SealingKey);
