// @ts-check
/**
 * <pz-sign data-to data-content>: signs the page's text with a key file, or by an agent, and hands the signature in.
 * The file is read here; what is sent is the signature.
 */
import { ask, sayFault, sayProgress, tokenOf } from "../ui/asking.js";
import { encoded, signByAgent } from "./agent.js";
import { openKeyFile, signDetached } from "./key-file.js";

class Sign extends HTMLElement {
  connectedCallback() {
    for (const button of this.querySelectorAll("button")) button.disabled = false;
    this.addEventListener("submit", this.#submitted);
  }

  disconnectedCallback() {
    this.removeEventListener("submit", this.#submitted);
  }

  /** @param {Event} event */
  #submitted = async (event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement} */ (this.querySelector("button[type=submit]"));
    button.disabled = true;
    /** @type {HTMLElement} */ (this.querySelector("[data-fault]")).replaceChildren();
    sayProgress(this, this.dataset.signing ?? "");
    try {
      const isAgent = this.dataset.way === "agent";
      const signature = isAgent ? await this.#byAgent() : await this.#byFile();
      sayProgress(this, this.dataset.checking ?? "");
      const body = { signature: encoded(signature), way: isAgent ? "agent" : "browser" };
      const { url } = await ask(this.dataset.to ?? "", { body, token: tokenOf(this) });
      window.location.assign(url);
    } catch (error) {
      sayProgress(this, "");
      sayFault(this, error);
      button.disabled = false;
    }
  };

  async #byFile() {
    const input = /** @type {HTMLInputElement} */ (this.querySelector("input[type=file]"));
    const secret = /** @type {HTMLInputElement} */ (this.querySelector("input[type=password]"));
    const file = input.files?.[0];
    if (!file) throw Object.assign(new Error(), { code: "none" });
    const opened = await openKeyFile(await file.arrayBuffer(), secret.value);
    const signature = await signDetached(this.#content(), opened);
    secret.value = "";
    return signature;
  }

  async #byAgent() {
    const input = /** @type {HTMLInputElement} */ (this.querySelector("input[type=url]"));
    return signByAgent(this.#content(), { address: input.value });
  }

  /** The very bytes: a page's text loses its line ends, so they come encoded. */
  #content() {
    return Uint8Array.from(atob(this.dataset.content ?? ""), (sign) => sign.charCodeAt(0));
  }
}

customElements.define("pz-sign", Sign);
