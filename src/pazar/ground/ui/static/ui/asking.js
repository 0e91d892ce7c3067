// @ts-check
/** Talking with the centre from elements that work in the browser alone: JSON there and back, refusals in their own sentences. */

/** A refusal of the centre's, as the page shows it. */
export class Refused extends Error {
  /** @param {{ what?: string, why?: string, remedy?: string, breaches?: string[], way?: { words: string, url: string } }} told */
  constructor(told) {
    super(told.what ?? "");
    this.sentences = [told.what, told.why, ...(told.breaches ?? []), told.remedy].filter(Boolean);
    this.way = told.way;
  }
}

/** The centre wasn't reached, or didn't answer as itself. */
export class Unreached extends Error {}

/**
 * @param {string} url
 * @param {{ body?: unknown, token?: string }} [sent] posted as JSON where there is a token, else got
 * @returns {Promise<any>}
 */
export async function ask(url, { body, token } = {}) {
  /** @type {RequestInit} */
  const how = { credentials: "same-origin", cache: "no-store", headers: { Accept: "application/json" } };
  if (token !== undefined) {
    how.method = "POST";
    how.headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token };
    how.body = JSON.stringify(body ?? {});
  }
  let answer, told;
  try {
    answer = await fetch(url, how);
    told = await answer.json();
  } catch {
    throw new Unreached();
  }
  if (!answer.ok) throw new Refused(told);
  return told;
}

/** @param {HTMLElement} element @returns {string} the token of the page's form */
export function tokenOf(element) {
  return /** @type {HTMLInputElement} */ (element.querySelector("[name=csrfmiddlewaretoken]")).value;
}

/**
 * Says in the element what went wrong.
 * @param {HTMLElement} element with data-offline, data-broken and a data-… for each code of its own
 * @param {unknown} error
 */
export function sayFault(element, error) {
  const place = /** @type {HTMLElement} */ (element.querySelector("[data-fault]"));
  const words = element.dataset;
  let lines = [words.broken ?? ""];
  if (error instanceof Refused) lines = error.sentences;
  else if (error instanceof Unreached) lines = [words.offline ?? ""];
  else if (error instanceof Error && "code" in error && words[String(error.code)]) lines = [words[String(error.code)] ?? ""];
  else console.warn(error);
  place.replaceChildren(
    ...lines.map((line) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = line;
      return paragraph;
    }),
  );
  if (error instanceof Refused && error.way) {
    // Where the refusal leads on: an address of ours, as the server wrote it.
    const link = document.createElement("a");
    link.href = error.way.url;
    link.textContent = error.way.words;
    place.append(link);
  }
  // On a phone the bar below would cover what stands just under the button that was pressed.
  place.scrollIntoView({ block: "center" });
}

/** @param {HTMLElement} element @param {string} text */
export function sayProgress(element, text) {
  const place = /** @type {HTMLElement} */ (element.querySelector("[data-progress]"));
  place.textContent = text;
}
