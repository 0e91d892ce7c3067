// @ts-check
/**
 * Seals a bid in the bidder's browser (B8): the format of docs/decisions/0003-seal-envelope.md,
 * byte for byte as `rules/seal.py`. What is sealed here can't be read again here either.
 *
 *   const holders = await readHolders(document, { centreKey });
 *   const bid = await sealBid({ procedure, version, bidder, bid, holders,
 *                               contents: [{ lot: "1", kind: "price", content: contentOf(prices) }] });
 */

import { split } from "../vendor/shamir.js";

import { canonical, decoded, members } from "./canonical.js";
import { SealRefused, bigEndian, hex, joined, octets, random, sha256, utf8 } from "./octets.js";
import { PUBLIC_SIZE, sealTo } from "./xwing.js";

/**
 * @typedef {"qualification" | "technical" | "price"} Kind
 * @typedef {{ procedure: string, version: number, lot: string | null, kind: Kind, bidder: string, bid: string }} Binding
 * @typedef {{ id: string, name: string, kind: "server" | "person", public_key: string }} Holder
 * @typedef {{ procedure: string, threshold: number, holders: Holder[], digest: string }} Holders
 * @typedef {{ lot: string | null, kind: Kind, content: Uint8Array<ArrayBuffer> }} Content
 * @typedef {{ lot: string | null, kind: Kind, digest: string, bytes: Uint8Array<ArrayBuffer> }} SealedEnvelope
 * @typedef {{ manifest: Uint8Array<ArrayBuffer>, digest: string, envelopes: SealedEnvelope[] }} SealedBid
 */

const FORMAT = "pazar-envelope-1";
const MAGIC = utf8("PAZAR-ENVELOPE-1\n");
const CHUNK_SIZE = 65_536;
const LENGTH_SIZE = 8;
const LEAST_STEP = 4_096;
const LARGEST_PADDED = 64 * 1024 * 1024;
const MOST_HOLDERS = 12;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const LABEL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
export const HEADER_FIELDS = [
  ...["format", "procedure", "version", "lot", "kind", "bidder", "bid"],
  ...["nonce", "chunk_size", "padded_size", "holders_digest"],
  ...["sharing", "threshold", "shares", "commitment"],
];
const KINDS = ["qualification", "technical", "price"];

/**
 * What this browser lacks for sealing; empty where it can.
 * @returns {Promise<("secure_connection" | "web_crypto" | "ed25519")[]>}
 */
export async function whatIsMissing() {
  if (!globalThis.isSecureContext) return ["secure_connection"];
  if (!globalThis.crypto?.subtle) return ["web_crypto"];
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32), "Ed25519", false, ["verify"]);
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError") return ["ed25519"];
  }
  return [];
}

/**
 * The holders in a signed list, checked to be signed by the centre.
 * @param {Uint8Array<ArrayBuffer>} document as the centre gives it out
 * @param {{ centreKey: Uint8Array<ArrayBuffer> }} known the centre's Ed25519 key, best from elsewhere
 * @returns {Promise<Holders>}
 */
export async function readHolders(document, { centreKey }) {
  const outer = members(decoded(document), ["format", "list", "centre_key", "centre_signature", "certificates"]);
  if (outer.format !== "pazar-holders-signed-1") throw new SealRefused("field", "format");
  if (outer.centre_key !== hex(centreKey)) throw new SealRefused("other_centre");
  const list = canonical(outer.list);
  const key = await crypto.subtle.importKey("raw", centreKey, "Ed25519", false, ["verify"]);
  const signature = octets(outer.centre_signature, "centre_signature", 64);
  const signed = joined(utf8("pazar-holders-1 signed by the centre\0"), list);
  if (!(await crypto.subtle.verify("Ed25519", key, signature, signed))) throw new SealRefused("signature_wrong");

  const { format, procedure, threshold, holders } = members(
    outer.list,
    ["format", "procedure", "threshold", "holders", "made_at"],
    "list.",
  );
  if (format !== "pazar-holders-1") throw new SealRefused("field", "list.format");
  checkHolders(holders, threshold);
  return { procedure, threshold, holders, digest: hex(await sha256(list)) };
}

/**
 * Content of an envelope from a value of objects, lists, text and whole numbers. Amounts are text:
 * a fraction is refused, for it would already have lost its last digits.
 * @param {unknown} value
 */
export function contentOf(value) {
  return canonical(value);
}

/**
 * A whole bid, sealed: its manifest and its envelopes in the manifest's order.
 * @param {{ procedure: string, version: number, bidder: string, bid: string, holders: Holders, contents: Content[] }} what
 * @returns {Promise<SealedBid>}
 */
export async function sealBid({ procedure, version, bidder, bid, holders, contents }) {
  const ordered = [...contents].sort((one, other) => compared(one, other));
  if (!ordered.length) throw new SealRefused("envelope_missing");
  if (ordered.some((one, at) => at > 0 && compared(ordered[at - 1], one) === 0)) {
    throw new SealRefused("envelope_twice");
  }
  /** @type {SealedEnvelope[]} */
  const envelopes = [];
  for (const { lot, kind, content } of ordered) {
    const binding = { procedure, version, lot, kind, bidder, bid };
    const bytes = await sealEnvelope({ binding, holders, content });
    envelopes.push({ lot, kind, digest: hex(await sha256(bytes)), bytes });
  }
  const manifest = canonical({
    format: "pazar-bid-1",
    procedure,
    version,
    bidder,
    bid,
    holders_digest: holders.digest,
    envelopes: envelopes.map(({ lot, kind, digest, bytes }) => ({ lot, kind, size: bytes.length, digest })),
  });
  return { manifest, digest: hex(await sha256(manifest)), envelopes };
}

/**
 * One envelope, sealed to these holders and bound to this use.
 * @param {{ binding: Binding, holders: Holders, content: Uint8Array<ArrayBuffer> }} what
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function sealEnvelope({ binding, holders, content }) {
  checkBinding(binding);
  checkHolders(holders.holders, holders.threshold);
  if (holders.procedure !== binding.procedure) throw new SealRefused("other_holders");
  const padded = paddedSize(content.length);
  if (padded > LARGEST_PADDED) throw new SealRefused("size", "content");

  const nonce = random(32);
  const contentKey = random(32);
  const keys = await derived(contentKey, nonce);
  const undivided = holders.holders.length === 1;
  const shares = undivided ? [contentKey] : await split(contentKey, holders.holders.length, holders.threshold);
  const plain = await Promise.all(
    holders.holders.map(async ({ id, public_key }, at) => {
      const salt = random(32);
      const commitment = await shareCommitment({ nonce, holder: id, salt, share: shares[at] });
      return { id, publicKey: octets(public_key, "public_key", PUBLIC_SIZE), text: joined(salt, shares[at]), commitment };
    }),
  );
  const header = canonical({
    format: FORMAT,
    procedure: binding.procedure,
    version: binding.version,
    lot: binding.lot,
    kind: binding.kind,
    bidder: binding.bidder,
    bid: binding.bid,
    nonce: hex(nonce),
    chunk_size: CHUNK_SIZE,
    padded_size: padded,
    holders_digest: holders.digest,
    sharing: undivided ? "undivided" : "shamir-gf256",
    threshold: holders.threshold,
    shares: plain.map(({ id, commitment }) => ({ holder: id, commitment: hex(commitment) })),
    commitment: hex(keys.commitment),
  });
  const headerDigest = await sha256(header);
  const sealed = await Promise.all(
    plain.map(({ id, publicKey, text }) => sealTo(text, { publicKey, info: shareInfo(headerDigest, id) })),
  );
  const chunks = await encrypted(content, { padded, keys, headerDigest });
  return joined(MAGIC, bigEndian(header.length, 4), header, ...sealed, ...chunks);
}

/**
 * How long content is made before it's encrypted, its own length included.
 * @param {number} size
 */
export function paddedSize(size) {
  const least = size + LENGTH_SIZE;
  const bits = Math.floor(Math.log2(least)) + 1;
  const step = Math.max(LEAST_STEP, 2 ** Math.max(0, bits - 4));
  return Math.ceil(least / step) * step;
}

/**
 * What the header says of a share.
 * @param {{ nonce: Uint8Array, holder: string, salt: Uint8Array, share: Uint8Array }} of
 */
export async function shareCommitment({ nonce, holder, salt, share }) {
  return sha256(joined(utf8("pazar-share-1\0"), nonce, salt, share, utf8(holder)));
}

/**
 * What HPKE binds a share to.
 * @param {Uint8Array} headerDigest
 * @param {string} holder
 */
export function shareInfo(headerDigest, holder) {
  return joined(utf8("pazar-share-1\0"), headerDigest, utf8(holder));
}

/**
 * What comes of a content key: the cipher's key, its nonce prefix, the commitment.
 * @param {Uint8Array<ArrayBuffer>} contentKey
 * @param {Uint8Array<ArrayBuffer>} nonce
 */
async function derived(contentKey, nonce) {
  const base = await crypto.subtle.importKey("raw", contentKey, "HKDF", false, ["deriveBits"]);
  const expand = async (/** @type {string} */ purpose, /** @type {number} */ size) => {
    const info = utf8(`${FORMAT} ${purpose}`);
    return new Uint8Array(
      await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: nonce, info }, base, 8 * size),
    );
  };
  const cipherKey = await expand("cipher key", 32);
  return {
    cipher: await crypto.subtle.importKey("raw", cipherKey, "AES-GCM", false, ["encrypt"]),
    prefix: await expand("chunk nonce", 7),
    commitment: await expand("commitment", 32),
  };
}

/**
 * @param {Uint8Array<ArrayBuffer>} content
 * @param {{ padded: number, keys: Awaited<ReturnType<typeof derived>>, headerDigest: Uint8Array<ArrayBuffer> }} by
 */
async function encrypted(content, { padded, keys, headerDigest }) {
  const plain = new Uint8Array(padded);
  plain.set(bigEndian(content.length, LENGTH_SIZE));
  plain.set(content, LENGTH_SIZE);
  const chunks = [];
  for (let at = 0, number = 0; at < padded; at += CHUNK_SIZE, number += 1) {
    const last = at + CHUNK_SIZE >= padded ? 1 : 0;
    const iv = joined(keys.prefix, bigEndian(number, 4), Uint8Array.of(last));
    const part = plain.subarray(at, at + CHUNK_SIZE);
    const algorithm = { name: "AES-GCM", iv, additionalData: headerDigest };
    chunks.push(new Uint8Array(await crypto.subtle.encrypt(algorithm, keys.cipher, part)));
  }
  return chunks;
}

/** @param {Binding} binding */
function checkBinding({ procedure, version, lot, kind, bidder, bid }) {
  for (const [field, value] of Object.entries({ procedure, bidder, bid })) {
    if (typeof value !== "string" || !UUID.test(value)) throw new SealRefused("field", field);
  }
  if (!Number.isInteger(version) || version < 1 || version >= 2 ** 31) throw new SealRefused("field", "version");
  if (lot !== null && (typeof lot !== "string" || !LABEL.test(lot))) throw new SealRefused("field", "lot");
  if (!KINDS.includes(kind)) throw new SealRefused("field", "kind");
}

/**
 * @param {Holder[]} holders
 * @param {number} threshold
 */
function checkHolders(holders, threshold) {
  const count = Array.isArray(holders) ? holders.length : 0;
  const fits = Number.isInteger(threshold) && Math.min(2, count) <= threshold && threshold <= count;
  if (count < 1 || count > MOST_HOLDERS || !fits) throw new SealRefused("numbers");
  for (const { id, public_key } of holders) {
    if (typeof id !== "string" || !NAME.test(id)) throw new SealRefused("field", "list.holders.id");
    octets(public_key, "list.holders.public_key", PUBLIC_SIZE);
  }
  if (new Set(holders.map(({ id }) => id)).size !== count) throw new SealRefused("same_holder");
  if (new Set(holders.map(({ public_key }) => public_key)).size !== count) throw new SealRefused("same_key");
}

/**
 * The manifest's order: by lot, those of the whole procedure first, then by kind.
 * @param {{ lot: string | null, kind: string }} one
 * @param {{ lot: string | null, kind: string }} other
 */
function compared(one, other) {
  const [left, right] = [one, other].map(({ lot, kind }) => `${lot ?? ""}\0${kind}`);
  return left < right ? -1 : left > right ? 1 : 0;
}
