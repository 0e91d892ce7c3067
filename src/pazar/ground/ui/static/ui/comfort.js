// Comforts: Ctrl K goes to the search, menus close on Escape and on a click beside them,
// j and k walk through a list, the first faulty field of a part that htmx brought takes the focus.

/** @param {number} step one down or one up; Enter then follows the link as everywhere */
function walk(step) {
  const links = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".pz-list a.t, .roof-hits a.pz-t")]);
  const here = links.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  links[Math.min(links.length - 1, Math.max(0, here + step))]?.focus();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    const search = /** @type {HTMLInputElement|null} */ (document.querySelector("[data-search]"));
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
  const typing = /** @type {HTMLElement} */ (event.target).closest?.("input, textarea, select, [contenteditable]");
  if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && (event.key === "j" || event.key === "k")) {
    walk(event.key === "j" ? 1 : -1);
  }
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details[data-menu][open], details.pz-confirm[open]")) {
      menu.removeAttribute("open");
      /** @type {HTMLElement|null} */ (menu.querySelector("summary"))?.focus();
    }
  }
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(/** @type {Node} */ (event.target))) menu.removeAttribute("open");
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  const part = /** @type {HTMLElement} */ (event.target);
  /** @type {HTMLElement|null} */ (part.querySelector?.("[aria-invalid=true]"))?.focus();
});

// On a phone the tabs run past the edge: the one in view is brought to where it can be seen.
for (const tab of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".pz-tabs a[aria-current]"))) {
  const row = /** @type {HTMLElement} */ (tab.parentElement);
  if (tab.offsetLeft + tab.offsetWidth > row.offsetLeft + row.clientWidth) row.scrollLeft = tab.offsetLeft - row.offsetLeft - 24;
}

// A form says for which company its page was open: in another window somebody may have switched since.
document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const acting = document.body.dataset.acting;
  if (!acting || form.method !== "post" || form.querySelector("input[name=acting], [name=company]")) return;
  const said = document.createElement("input");
  said.type = "hidden";
  said.name = "acting";
  said.value = acting;
  form.append(said);
}, true);
