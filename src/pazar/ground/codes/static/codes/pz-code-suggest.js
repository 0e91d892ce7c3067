// <pz-code-suggest src="/codes/suggest" from="id_title id_lot-0-title" for="id_lot-0-cpv"></pz-code-suggest>
// Asks for categories that fit what was typed into the fields `from`, and adds one to the picker `for` by a click.
// The server says the words; without a script there is nothing here, and codes are searched for as ever.

const PAUSE = 700; // ms after a key: a title is typed, not looked up letter by letter

class PzCodeSuggest extends HTMLElement {
  /** @type {AbortController | null} */ #living = null;
  /** @type {AbortController | null} */ #asking = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #asked = "";

  connectedCallback() {
    this.#living = new AbortController();
    const { signal } = this.#living;
    document.addEventListener(
      "input",
      (event) => {
        if (!(event.target instanceof HTMLElement)) return;
        if (this.#sources().includes(event.target)) this.#later();
        else if (event.target.closest("pz-code-picker") === this.#picker()) this.#withoutPicked();
      },
      { signal },
    );
    this.addEventListener("click", (event) => {
      const chip = event.target instanceof Element && event.target.closest("button[data-code]");
      if (!(chip instanceof HTMLElement)) return;
      const { code = "", shown = "", label = "" } = chip.dataset;
      const picker = /** @type {any} */ (this.#picker());
      picker?.add?.({ code, shown, label, within: "" });
      const next = chip.closest("li")?.nextElementSibling ?? chip.closest("li")?.previousElementSibling;
      chip.closest("li")?.remove();
      /** @type {HTMLElement | null} */ (next?.querySelector("button") ?? document.getElementById(this.#for()))?.focus();
    }, { signal });
    this.#later();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#living?.abort();
  }

  #for() {
    return this.getAttribute("for") ?? "";
  }

  #picker() {
    return document.getElementById(this.#for())?.closest("pz-code-picker");
  }

  #sources() {
    return (this.getAttribute("from") ?? "").split(/\s+/).map((id) => document.getElementById(id)).filter(Boolean);
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), PAUSE);
  }

  async #ask() {
    const texts = this.#sources().map((field) => ("value" in /** @type {any} */ (field) ? /** @type {any} */ (field).value.trim() : ""));
    const text = [...new Set(texts.filter(Boolean))].join(" ").slice(0, 500);
    if (text === this.#asked) return;
    this.#asked = text;
    this.#asking?.abort();
    if (text.length < 4) return void this.replaceChildren();
    const asking = (this.#asking = new AbortController());
    const url = new URL(this.getAttribute("src") ?? "", location.href);
    url.search = new URLSearchParams({ text }).toString();
    try {
      const answer = await fetch(url, { signal: asking.signal });
      if (!answer.ok) return;
      this.innerHTML = await answer.text(); // our own server's part of a page
      this.#withoutPicked();
    } catch {
      // A suggestion that doesn't come is missed by nobody.
    }
  }

  /** What is chosen needn't be suggested, whichever way it was chosen. */
  #withoutPicked() {
    const chips = [...this.querySelectorAll("button[data-code]")];
    if (!chips.length) return;
    const picked = /** @type {string[]} */ (/** @type {any} */ (this.#picker())?.codes ?? []);
    for (const chip of chips) if (picked.includes(chip.getAttribute("data-code") ?? "")) chip.closest("li")?.remove();
    if (!this.querySelector("li")) this.replaceChildren();
  }
}

customElements.define("pz-code-suggest", PzCodeSuggest);
