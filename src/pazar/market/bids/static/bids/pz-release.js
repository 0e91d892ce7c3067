// @ts-check
/**
 * <pz-release data-procedure data-ask data-to>: a key holder's act. Opens his key file here, takes his share
 * out of each envelope of this procedure, hands the shares in, and submits the form that opens the bids.
 */
import { ask, sayFault, sayProgress, tokenOf } from "../ui/asking.js";
import { SealRefused, utf8 } from "./octets.js";
import { releaseShare, unlockFile } from "./personal-key.js";

class Release extends HTMLElement {
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
      const pair = await this.#unlock();
      const { requests } = await ask(this.dataset.ask ?? "", { token: tokenOf(this) });
      const shares = await this.#release(requests, pair.seed);
      const handed = requests.length ? await ask(this.dataset.to ?? "", { body: { shares }, token: tokenOf(this) }) : {};
      // An envelope stays shut only when its holder has said twice that he can't open it.
      if (handed.again) throw new SealRefused("again");
      sayProgress(this, this.dataset.opening ?? "");
      // Not requestSubmit: that would come back here.
      this.#form.submit();
    } catch (error) {
      sayProgress(this, "");
      sayFault(this, error);
      this.#button.disabled = false;
    }
  };

  async #unlock() {
    sayProgress(this, this.dataset.reading ?? "");
    const input = /** @type {HTMLInputElement} */ (this.querySelector("input[type=file]"));
    const passphrase = /** @type {HTMLInputElement} */ (this.querySelector("input[type=password]"));
    const file = input.files?.[0];
    if (!file) throw new SealRefused("not_canonical");
    const pair = await unlockFile(new Uint8Array(await file.arrayBuffer()), { passphrase: passphrase.value });
    if (pair.fingerprint !== this.dataset.fingerprint) throw new SealRefused("other_key");
    return pair;
  }

  /**
   * @param {{ envelope: string, lot: string, kind: any, document: string }[]} requests
   * @param {Uint8Array<ArrayBuffer>} seed
   */
  async #release(requests, seed) {
    /** @type {Record<string, string>} */
    const shares = {};
    for (const [at, { envelope, lot, kind, document: request }] of requests.entries()) {
      const said = (this.dataset.releasing ?? "").replace("{at}", String(at + 1)).replace("{all}", String(requests.length));
      sayProgress(this, said);
      const wanted = { procedure: this.dataset.procedure ?? "", lot, kind };
      try {
        shares[envelope] = new TextDecoder().decode(await releaseShare(utf8(request), { seed, wanted }));
      } catch (error) {
        // Badly sealed by its bidder: that envelope stays shut, the others don't.
        const isBidders = error instanceof SealRefused && ["share_unopenable", "share_false"].includes(error.code);
        if (!isBidders) throw error;
        shares[envelope] = "";
      }
    }
    return shares;
  }
}

customElements.define("pz-release", Release);
