// @ts-check
/**
 * <pz-seal data-from data-to>: gets what is to be sealed, seals it here, hands it in, goes to the receipt.
 * A second press after a lost answer sends the very same bytes: the centre answers with the first receipt.
 */
import { ask, sayFault, sayProgress, tokenOf } from "../ui/asking.js";
import { octets, utf8 } from "./octets.js";
import { contentOf, readHolders, sealBid, whatIsMissing } from "./seal.js";

class Seal extends HTMLElement {
  /** @type {{ manifest: string, envelopes: string[] } | null} */
  #sealed = null;

  connectedCallback() {
    const button = this.#button;
    button.disabled = false;
    button.addEventListener("click", this.#pressed);
  }

  disconnectedCallback() {
    this.#button.removeEventListener("click", this.#pressed);
  }

  get #button() {
    return /** @type {HTMLButtonElement} */ (this.querySelector("button"));
  }

  #pressed = async () => {
    const button = this.#button;
    button.disabled = true;
    /** @type {HTMLElement} */ (this.querySelector("[data-fault]")).replaceChildren();
    try {
      const [missing] = await whatIsMissing();
      if (missing) throw Object.assign(new Error(missing), { code: missing });
      sayProgress(this, this.dataset.sealing ?? "");
      this.#sealed ??= await this.#seal();
      sayProgress(this, this.dataset.sending ?? "");
      const { url } = await ask(this.dataset.to ?? "", { body: this.#sealed, token: tokenOf(this) });
      // Not assign: Back from the receipt must not offer to seal once more what has just been sealed.
      window.location.replace(url);
    } catch (error) {
      // What the centre refused must be sealed anew; what it didn't get is sent again as it is.
      if (error instanceof Error && "sentences" in error) this.#sealed = null;
      sayProgress(this, "");
      sayFault(this, error);
      button.disabled = false;
    }
  };

  async #seal() {
    const asked = await ask(this.dataset.from ?? "");
    const holders = await readHolders(utf8(asked.holders), {
      centreKey: octets(asked.centre_key, "centre_key", 32),
    });
    const bid = await sealBid({
      procedure: asked.procedure,
      version: asked.version,
      bidder: asked.bidder,
      bid: asked.bid,
      holders,
      contents: asked.contents.map((/** @type {any} */ one) => ({ ...one, content: contentOf(one.content) })),
    });
    return {
      manifest: new TextDecoder().decode(bid.manifest),
      envelopes: bid.envelopes.map(({ bytes }) => base64(bytes)),
    };
  }
}

/** @param {Uint8Array} bytes */
function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

customElements.define("pz-seal", Seal);
