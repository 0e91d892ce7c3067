// @ts-check
/**
 * One way to write a JSON document as bytes: RFC 8785 without fractions, as `rules/canonical.py`
 * writes it. Amounts are strings.
 */

import { SealRefused, same, utf8 } from "./octets.js";

/** @typedef {null | boolean | number | string | Json[] | { [key: string]: Json }} Json */

/**
 * The canonical bytes of `value`. Refuses fractions, numbers that would lose digits, and text that
 * UTF-8 can't hold.
 * @param {unknown} value
 */
export function canonical(value) {
  return utf8(written(value));
}

/**
 * The value whose canonical bytes are exactly these.
 * @param {Uint8Array} bytes
 * @returns {any} what a document holds is checked by whoever reads it, field by field
 */
export function decoded(bytes) {
  let value;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new SealRefused("not_canonical");
  }
  if (!same(canonical(value), bytes)) throw new SealRefused("not_canonical");
  return value;
}

/**
 * `value` as an object of exactly these members.
 * @param {any} value
 * @param {string[]} names
 * @param {string} [where]
 */
export function members(value, names, where = "") {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new SealRefused("field", where || "document");
  }
  for (const name of names) if (!Object.hasOwn(value, name)) throw new SealRefused("field", where + name);
  for (const name of Object.keys(value)) if (!names.includes(name)) throw new SealRefused("field", where + name);
  return value;
}

/** @param {unknown} value @returns {string} */
function written(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new SealRefused("not_canonical", "number");
    return String(value);
  }
  if (typeof value === "string") {
    if (/\p{Surrogate}/u.test(value)) throw new SealRefused("not_canonical", "text");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    const object = /** @type {Record<string, unknown>} */ (value);
    const pairs = Object.keys(object).sort().map((key) => `${written(key)}:${written(object[key])}`);
    return `{${pairs.join(",")}}`;
  }
  throw new SealRefused("not_canonical", typeof value);
}
