// <pz-code-picker src="/codes/cpv"><input name="cpv" value="31321000, …"><ul class="pz-picked">…</ul></pz-code-picker>
// Makes a text field of codes a search with chips (ARIA combobox). Without it the field takes codes as text.

// With data-browse the tree is walked level by level; a <details class="pz-picker-map"> fetches a map of regions.

/** @typedef {{code: string, shown: string, label: string, within: string, because?: string, has_more?: boolean}} Choice */

const PAUSE = 150; // ms after a key before the server is asked
let count = 0;

class PzCodePicker extends HTMLElement {
  /** @type {HTMLInputElement | null} */ #search = null;
  /** @type {AbortController | null} */ #asking = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {Choice[]} */ #found = [];
  #active = -1;
  /** @type {string[]} where in the tree one is: the codes above what is listed */ #trail = [];
  #walks = false;

  connectedCallback() {
    const field = this.querySelector("input");
    const picked = this.querySelector(".pz-picked");
    if (this.#search || !field || !(picked instanceof HTMLElement)) return;
    const id = `pz-code-picker-${++count}`;

    // The field the person meets keeps the id, so that label, help and error stay tied to it.
    const search = /** @type {HTMLInputElement} */ (field.cloneNode());
    search.removeAttribute("name");
    search.required = false;
    search.value = "";
    search.placeholder = this.dataset.prompt ?? "";
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": id,
    }))
      search.setAttribute(name, value);
    this.#wanted = field.required;
    field.type = "hidden";
    field.required = false;
    for (const name of ["id", "class", "aria-describedby", "aria-invalid"]) field.removeAttribute(name);

    const list = document.createElement("ul");
    list.id = id;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", search.labels?.[0]?.textContent?.trim() || search.placeholder);
    const says = document.createElement("p");
    says.className = "pz-picker-says";
    says.setAttribute("role", "status");
    field.after(search, list, says);
    this.#field = field;
    this.#picked = picked;
    this.#search = search;
    this.#list = list;
    this.#says = says;
    for (const item of picked.querySelectorAll("li")) this.#addButton(item);
    if (this.dataset.browse) {
      const browse = document.createElement("button");
      browse.type = "button";
      browse.className = "pz-picker-browse";
      browse.textContent = this.dataset.browse;
      browse.addEventListener("click", () => {
        search.focus();
        this.#walk([]);
      });
      says.after(browse);
    }
    this.#mapped(this.querySelector(".pz-picker-map"));
    this.#judge();

    search.addEventListener("input", () => this.#later());
    search.addEventListener("keydown", (event) => this.#key(event));
    search.addEventListener("paste", (event) => this.#paste(event));
    // Keeps the focus in the field while a line is clicked.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target instanceof Element && event.target.closest("[role=option]");
      const choice = option && this.#found[[...list.children].indexOf(option)];
      const deeper = event.target instanceof Element && event.target.closest(".pz-more");
      if (choice && deeper) this.#walk([...this.#trail, choice.code]);
      else if (option) this.#pick(this.#found[[...list.children].indexOf(option)]);
    });
    this.addEventListener("focusout", (event) => {
      if (!(event.relatedTarget instanceof Node && this.contains(event.relatedTarget))) this.#close();
    });
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  /** @type {HTMLInputElement} */ #field;
  /** @type {HTMLElement} */ #picked;
  /** @type {HTMLElement} */ #list;
  /** @type {HTMLElement} */ #says;
  #wanted = false;

  #later() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#judge();
    if (!this.#search.value.trim()) return this.#close();
    this.#timer = setTimeout(() => this.#look(), PAUSE);
  }

  async #look() {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    try {
      const found = await this.#ask(this.#search.value, asking.signal);
      if (asking.signal.aborted) return;
      this.#walks = false;
      this.#trail = [];
      this.#show(found);
    } catch (error) {
      if (asking.signal.aborted) return;
      this.#close();
      this.#say(this.dataset.failed);
    }
  }

  /** Lists what stands right under the last of `trail`, or the top. @param {string[]} trail */
  async #walk(trail) {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    try {
      const found = await this.#ask("", asking.signal, trail.at(-1) ?? "");
      if (asking.signal.aborted) return;
      this.#trail = trail;
      this.#walks = true;
      this.#show(found);
      this.#activate(0);
    } catch (error) {
      if (!asking.signal.aborted) this.#say(this.dataset.failed);
    }
  }

  /** @param {string} text @param {AbortSignal} [signal] @param {string} [under] @returns {Promise<Choice[]>} */
  async #ask(text, signal, under) {
    const url = new URL(this.getAttribute("src") ?? "", location.href);
    const asked = under === undefined ? { q: text.trim(), format: "json" } : { under, format: "json" };
    url.search = new URLSearchParams(asked).toString();
    const answer = await fetch(url, { signal, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).results;
  }

  /** @param {Choice[]} found */
  #show(found) {
    const already = new Set(this.#codes());
    // In the tree what was picked stays, as the way to what is under it.
    this.#found = found.filter((choice) => this.#walks || !already.has(choice.code));
    this.#list.replaceChildren(
      ...this.#found.map((choice, place) => {
        const option = document.createElement("li");
        option.id = `${this.#list.id}-${place}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        const code = document.createElement("span");
        code.className = "pz-picked-code";
        code.textContent = choice.shown;
        option.append(code, ` ${choice.label}`);
        if (choice.has_more && this.dataset.browse) {
          const more = document.createElement("span");
          more.className = "pz-more";
          more.setAttribute("aria-hidden", "true");
          more.textContent = "›";
          option.append(more);
        }
        if (choice.within) {
          const within = document.createElement("small");
          within.textContent = choice.within;
          option.append(within);
        }
        if (choice.because) {
          const because = document.createElement("small");
          because.className = "pz-because";
          because.textContent = choice.because;
          option.append(because);
        }
        return option;
      }),
    );
    this.#list.hidden = !this.#found.length;
    this.#search.setAttribute("aria-expanded", String(!this.#list.hidden));
    this.#activate(-1);
    this.#say(this.#found.length ? this.dataset.found : this.dataset.none, { count: String(this.#found.length) });
  }

  #close() {
    this.#walks = false;
    this.#trail = [];
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#list.hidden = true;
    this.#search.setAttribute("aria-expanded", "false");
    this.#activate(-1);
    this.#say("");
  }

  /** @param {number} place */
  #activate(place) {
    this.#active = place;
    [...this.#list.children].forEach((option, index) => {
      option.setAttribute("aria-selected", String(index === place));
      if (index === place) option.scrollIntoView({ block: "nearest" });
    });
    if (place < 0) this.#search.removeAttribute("aria-activedescendant");
    else this.#search.setAttribute("aria-activedescendant", `${this.#list.id}-${place}`);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    const open = !this.#list.hidden;
    const last = this.#found.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return void (this.#search.value.trim() ? this.#look() : this.dataset.browse && this.#walk([]));
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = this.#active + step;
      this.#activate(next > last ? 0 : next < 0 ? last : next);
    } else if (event.key === "ArrowRight" && open && this.dataset.browse && this.#found[this.#active]?.has_more) {
      event.preventDefault();
      this.#walk([...this.#trail, this.#found[this.#active].code]);
    } else if (event.key === "ArrowLeft" && open && this.#walks && this.#trail.length) {
      event.preventDefault();
      this.#walk(this.#trail.slice(0, -1));
    } else if (event.key === "Enter") {
      if (!open && !this.#search.value.trim()) return; // an empty field sends the form, as everywhere
      event.preventDefault();
      if (open) this.#pick(this.#found[Math.max(this.#active, 0)]);
      else this.#look();
    } else if (event.key === "Escape") {
      if (!open && !this.#search.value) return;
      event.preventDefault();
      event.stopPropagation();
      if (!open) this.#search.value = "";
      this.#close();
      this.#judge();
    } else if (event.key === "Backspace" && !this.#search.value) {
      const item = this.#picked.lastElementChild;
      if (item) this.#drop(item);
    }
  }

  /** A pasted row of codes becomes chips at once; what is no code stays in the field. @param {ClipboardEvent} event */
  async #paste(event) {
    const parts = (event.clipboardData?.getData("text") ?? "").split(/[,;\n\t]/).map((part) => part.trim());
    if (parts.filter(Boolean).length < 2) return;
    event.preventDefault();
    const left = [];
    for (const part of parts.filter(Boolean)) {
      const code = part.replace(/\s/g, "").replace(/-\d$/, "").toUpperCase();
      try {
        const [first] = await this.#ask(part);
        if (first?.code === code) this.#add(first);
        else left.push(part);
      } catch {
        left.push(part);
      }
    }
    this.#search.value = left.join(", ");
    this.#later();
  }

  /** @param {Choice | undefined} choice */
  #pick(choice) {
    if (!choice) return;
    this.#search.value = "";
    this.#add(choice);
    this.#close();
    this.#say(this.dataset.pickedOne, { label: choice.label });
    this.#search.focus();
  }

  /** For whoever suggests codes beside the field. @param {Choice} choice */
  add(choice) {
    this.#add(choice);
    this.#say(this.dataset.pickedOne, { label: choice.label });
  }

  /** @returns {string[]} */
  get codes() {
    return this.#codes();
  }

  /** The map comes when it is opened; a square picks its region or lets it go. @param {Element | null} details */
  #mapped(details) {
    if (!(details instanceof HTMLDetailsElement)) return;
    const box = /** @type {HTMLElement} */ (details.querySelector("div"));
    const load = async (/** @type {string} */ country) => {
      const url = new URL(details.dataset.src ?? "", location.href);
      url.search = new URLSearchParams({ country, part: "" }).toString();
      try {
        const answer = await fetch(url);
        if (!answer.ok) throw new Error(String(answer.status));
        box.innerHTML = await answer.text(); // our own server's part of a page
        this.#mark();
      } catch {
        this.#say(this.dataset.failed);
      }
    };
    details.addEventListener("toggle", () => {
      if (details.open && !box.querySelector("svg")) load("BG");
    });
    box.addEventListener("keydown", (event) => {
      const tile = event.target instanceof Element && event.target.closest("[role=button]");
      if (tile && event.key === " ") {
        event.preventDefault();
        tile.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
      }
    });
    box.addEventListener("click", async (event) => {
      const way = event.target instanceof Element && event.target.closest("[data-map]");
      const pick = event.target instanceof Element && event.target.closest("[data-code]");
      if (way) {
        event.preventDefault();
        await load(way.getAttribute("data-map") ?? "");
        /** @type {HTMLElement | null} */ (box.querySelector("a, button"))?.focus();
      } else if (pick) {
        event.preventDefault();
        const [code, shown, label] = ["code", "shown", "label"].map((name) => pick.getAttribute(`data-${name}`) ?? "");
        const item = this.#picked.querySelector(`li[data-code="${CSS.escape(code)}"]`);
        if (item) {
          item.remove();
          this.#changed();
          this.#say(this.dataset.removed, { label });
        } else this.add({ code, shown, label, within: "" });
      }
    });
    this.addEventListener("change", () => this.#mark());
  }

  #mark() {
    const picked = new Set(this.#codes());
    for (const tile of this.querySelectorAll(".pz-picker-map [data-code]"))
      tile.setAttribute("aria-pressed", String(picked.has(tile.getAttribute("data-code") ?? "")));
  }

  /** @param {Choice} choice */
  #add(choice) {
    if (this.#codes().includes(choice.code)) return;
    const item = document.createElement("li");
    item.dataset.code = choice.code;
    const code = document.createElement("span");
    code.className = "pz-picked-code";
    code.textContent = choice.shown;
    const label = document.createElement("span");
    label.textContent = choice.label;
    item.append(code, " ", label);
    this.#addButton(item);
    this.#picked.append(item);
    this.#changed();
  }

  /** @param {Element} item */
  #addButton(item) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "×";
    button.setAttribute("aria-label", fill(this.dataset.remove, { label: labelOf(item) }));
    button.addEventListener("click", () => this.#drop(item));
    item.append(button);
  }

  /** @param {Element} item */
  #drop(item) {
    const label = labelOf(item);
    item.remove();
    this.#changed();
    this.#search.focus();
    this.#say(this.dataset.removed, { label });
  }

  #codes() {
    return [...this.#picked.querySelectorAll("li")].map((item) => item.dataset.code ?? "");
  }

  #changed() {
    this.#field.value = this.#codes().join(", ");
    this.#judge();
    // For whoever saves drafts: a script's change of a value makes no event by itself.
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
    this.#field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** What is typed and not picked would be lost with the form: the browser stops and says so. */
  #judge() {
    const unfinished = this.#search.value.trim() || (this.#wanted && !this.#field.value);
    this.#search.setCustomValidity(unfinished ? (this.dataset.unfinished ?? "") : "");
  }

  /** @param {string | undefined} text @param {Record<string, string>} [values] */
  #say(text, values = {}) {
    this.#says.textContent = fill(text, values);
  }
}

/** @param {Element} item */
const labelOf = (item) =>
  [...item.querySelectorAll("span")].map((part) => part.textContent?.trim()).filter(Boolean).join(" ");

/** @param {string | undefined} text @param {Record<string, string>} values */
const fill = (text, values) => (text ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

customElements.define("pz-code-picker", PzCodePicker);
