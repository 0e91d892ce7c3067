// A case by keyboard: a lets in, m opens "ask for more", r opens "refuse", q goes back to the queue.
document.addEventListener("keydown", (event) => {
  const typing = /** @type {HTMLElement} */ (event.target).closest?.("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const found = /** @type {HTMLElement|null} */ (document.querySelector(`[data-key="${CSS.escape(event.key)}"]`));
  if (!found) return;
  event.preventDefault();
  found.click();
  /** @type {HTMLElement|null} */ (found.closest("details[open]")?.querySelector("select"))?.focus();
});
