// @ts-check
/** Bytes, hexadecimal, digests: what the seal's modules share. */

/**
 * A thing the seal refuses. `code` is stable and the page has a sentence for it; `subject` names a
 * field or a holder, never content.
 */
export class SealRefused extends Error {
  /**
   * @param {string} code
   * @param {string} [subject]
   */
  constructor(code, subject = "") {
    super(subject ? `${code} ${subject}` : code);
    this.name = "SealRefused";
    this.code = code;
    this.subject = subject;
  }
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function utf8(text) {
  return new Uint8Array(new TextEncoder().encode(text));
}

/** @param {Uint8Array} bytes @returns {string} */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The bytes that `text` writes in lower-case hexadecimal.
 * @param {unknown} text
 * @param {string} field named when it isn't
 * @param {number} size in bytes
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function octets(text, field, size) {
  if (typeof text !== "string" || text.length !== 2 * size || !/^[0-9a-f]*$/.test(text)) {
    throw new SealRefused("field", field);
  }
  return Uint8Array.from({ length: size }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

/** @param {...Uint8Array} parts @returns {Uint8Array<ArrayBuffer>} */
export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * A whole number in big-endian bytes.
 * @param {number} value
 * @param {number} size
 */
export function bigEndian(value, size) {
  const bytes = new Uint8Array(size);
  for (let at = size - 1, rest = value; at >= 0; at -= 1, rest = Math.floor(rest / 256)) bytes[at] = rest % 256;
  return bytes;
}

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<Uint8Array<ArrayBuffer>>} */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** @param {number} size @returns {Uint8Array<ArrayBuffer>} */
export function random(size) {
  return crypto.getRandomValues(new Uint8Array(size));
}

/** @param {Uint8Array} one @param {Uint8Array} other */
export function same(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
