// <pz-able>: says beside each demand whether this computer meets it. Without JavaScript the list stands alone.
const CHECKS = {
  browser: () => "BigInt" in window && "structuredClone" in window && CSS.supports("selector(:has(a))"),
  script: () => true,
  sealing: async () => {
    if (!window.isSecureContext || !crypto.subtle) return false;
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    const text = new Uint8Array([1, 2, 3]);
    const how = { name: "ECDSA", hash: "SHA-256" };
    return crypto.subtle.verify(how, pair.publicKey, await crypto.subtle.sign(how, pair.privateKey, text), text);
  },
  storage: () => {
    localStorage.setItem("pz-able", "1");
    localStorage.removeItem("pz-able");
    return true;
  },
  // The centre's own time, from any answer of its; a minute is what a signature's time stamp bears.
  clock: async () => {
    const answer = await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
    const theirs = Date.parse(answer.headers.get("Date") ?? "");
    return Number.isNaN(theirs) ? null : Math.abs(theirs - Date.now()) < 60_000;
  },
};

class PzAble extends HTMLElement {
  connectedCallback() {
    const words = /** @type {HTMLTemplateElement} */ (this.querySelector("template")).content;
    for (const line of this.querySelectorAll("[data-able]")) this.mark(/** @type {HTMLElement} */ (line), words);
  }

  /** @param {HTMLElement} line @param {DocumentFragment} words */
  async mark(line, words) {
    let able = null;
    try {
      able = await CHECKS[/** @type {keyof typeof CHECKS} */ (line.dataset.able)]();
    } catch {
      able = line.dataset.able === "clock" ? null : false; // offline says nothing of a clock
    }
    if (able === null) return;
    line.append(" ", words.querySelector(`[data-word="${able ? "yes" : "no"}"]`).cloneNode(true));
  }
}
customElements.define("pz-able", PzAble);
