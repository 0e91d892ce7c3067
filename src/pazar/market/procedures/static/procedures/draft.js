// After a button that adds or takes out a lot or an item the page goes on where the hand was: at what is new, or at
// the lot that lost something. Without scripts the address does that.

document.addEventListener("htmx:afterSettle", (event) => {
  const pressed = /** @type {CustomEvent} */ (event).detail.requestConfig?.elt;
  if (!(pressed instanceof HTMLButtonElement) || pressed.name !== "act") return;
  const [act, lot] = pressed.value.split(":");
  const lots = [...document.querySelectorAll(".pz-lot-form")];
  const here = act === "add-lot" ? lots.at(-1) : lots[Number(lot)];
  const item = act === "add-item" ? [...(here?.querySelectorAll(".pz-item") ?? [])].at(-1) : undefined;
  /** @type {HTMLElement|null|undefined} */
  const next = act === "remove-item"
    ? here?.querySelector("button[value^='add-item']")
    : (item ?? here ?? document.querySelector("#lots"))?.querySelector("input:not([type=hidden]), button");
  next?.focus();
});
