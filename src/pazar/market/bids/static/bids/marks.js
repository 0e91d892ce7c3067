// @ts-check
// The server reads what was typed and says so below each field, htmx puts it there; here the field itself is marked.
// One rule alone reads prices and days, the server's: a second one in the browser could read otherwise.

document.body.addEventListener("htmx:oobAfterSwap", () => {
  for (const place of document.querySelectorAll("[data-reads]")) {
    const field = document.getElementById(/** @type {HTMLElement} */ (place).dataset.reads ?? "");
    if (!field) continue;
    if (place.querySelector(".pz-unread")) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
});

// Back from the receipt: what the browser kept doesn't know that a bid lies in the box now.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
