// Comforts: Ctrl K goes to the search, menus close on Escape and on a click beside them,
// the first faulty field of a part that htmx brought takes the focus.

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    const search = /** @type {HTMLInputElement|null} */ (document.querySelector("[data-search]"));
    if (search) { event.preventDefault(); search.focus(); search.select(); }
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
