// <pz-when for="id_closes_at" [place="Sofia"]></pz-when>
// Says what stands in a browser's own date field, which follows the browser's language, in the language of the page.

class PzWhen extends HTMLElement {
  #input = /** @type {HTMLInputElement | null} */ (null);

  connectedCallback() {
    this.#input = /** @type {HTMLInputElement | null} */ (document.getElementById(this.getAttribute("for") ?? ""));
    this.#input?.addEventListener("input", this.#show);
    this.#show();
  }

  disconnectedCallback() { this.#input?.removeEventListener("input", this.#show); }

  #show = () => {
    const value = this.#input?.value ?? "";
    // What is typed has no zone: it is read as it stands, and written as it stands.
    const typed = new Date(`${value.length === 10 ? `${value}T00:00` : value}Z`);
    if (Number.isNaN(typed.getTime())) {
      this.textContent = "";
      return;
    }
    const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
    /** @type {Intl.DateTimeFormatOptions} */
    const day = { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
    /** @type {Intl.DateTimeFormatOptions} */
    const hour = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" };
    const parts = [new Intl.DateTimeFormat(language, day).format(typed)];
    if (value.length > 10) parts.push(new Intl.DateTimeFormat(language, hour).format(typed));
    const place = this.getAttribute("place");
    if (place) parts.push(place);
    this.textContent = parts.join(", ");
  };
}
customElements.define("pz-when", PzWhen);
