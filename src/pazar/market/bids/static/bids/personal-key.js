// @ts-check
/**
 * A key holder's own key, made and used in his browser only (B8): a seed of 32 bytes, kept as a file
 * under a passphrase. The seed never goes to the server; a released share does, and that's its purpose.
 */

import { canonical, decoded, members } from "./canonical.js";
import { SealRefused, hex, joined, octets, random, same, sha256, utf8 } from "./octets.js";
import { HEADER_FIELDS, shareCommitment, shareInfo } from "./seal.js";
import { ENC_SIZE, SEED_SIZE, publicKeyOf, unseal } from "./xwing.js";

/**
 * @typedef {{ seed: Uint8Array<ArrayBuffer>, publicKey: Uint8Array<ArrayBuffer>, fingerprint: string }} Pair
 * @typedef {{ procedure: string, lot?: string | null, kind?: string }} Wanted
 */

const FORMAT = "pazar-key-1";
const KDF = "PBKDF2-HMAC-SHA256";
const LEAST_ROUNDS = 600_000;
const MOST_ROUNDS = 10_000_000;
export const SHORTEST_PASSPHRASE = 12;

/** A new pair, from this browser's own randomness. */
export async function makePair() {
  return pairOf(random(SEED_SIZE));
}

/**
 * The pair that grows from a seed.
 * @param {Uint8Array<ArrayBuffer>} seed
 * @returns {Promise<Pair>}
 */
export async function pairOf(seed) {
  const publicKey = await publicKeyOf(seed);
  return { seed, publicKey, fingerprint: await fingerprintOf(publicKey) };
}

/**
 * What people compare where they compare public keys: 64 hexadecimal digits.
 * @param {Uint8Array} publicKey
 */
export async function fingerprintOf(publicKey) {
  return hex(await sha256(joined(utf8("pazar-fingerprint-1\0"), publicKey)));
}

/**
 * The key file of a pair.
 * @param {Pair} pair
 * @param {{ passphrase: string, rounds?: number }} under at least 12 characters
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function lockPair({ seed, fingerprint }, { passphrase, rounds = LEAST_ROUNDS }) {
  if (Array.from(passphrase.normalize("NFKC")).length < SHORTEST_PASSPHRASE) {
    throw new SealRefused("passphrase_short");
  }
  if (!(rounds >= LEAST_ROUNDS && rounds <= MOST_ROUNDS)) throw new SealRefused("field", "rounds");
  const [salt, nonce] = [random(16), random(12)];
  const head = { format: FORMAT, kdf: KDF, rounds, salt: hex(salt), nonce: hex(nonce), fingerprint };
  const key = await stretched(passphrase, { salt, rounds });
  const algorithm = { name: "AES-GCM", iv: nonce, additionalData: canonical(head) };
  const ciphertext = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, seed));
  return canonical({ ...head, ciphertext: hex(ciphertext) });
}

/**
 * The pair in a key file.
 * @param {Uint8Array} file
 * @param {{ passphrase: string }} under
 * @returns {Promise<Pair>}
 */
export async function unlockFile(file, { passphrase }) {
  if (file.length > 4_096) throw new SealRefused("not_canonical");
  const names = ["format", "kdf", "rounds", "salt", "nonce", "fingerprint", "ciphertext"];
  const { ciphertext, ...head } = members(decoded(file), names);
  if (head.format !== FORMAT) throw new SealRefused("field", "format");
  if (head.kdf !== KDF) throw new SealRefused("field", "kdf");
  if (!Number.isInteger(head.rounds) || head.rounds < LEAST_ROUNDS || head.rounds > MOST_ROUNDS) {
    throw new SealRefused("field", "rounds");
  }
  const sealed = octets(ciphertext, "ciphertext", SEED_SIZE + 16);
  const iv = octets(head.nonce, "nonce", 12);
  const key = await stretched(passphrase, { salt: octets(head.salt, "salt", 16), rounds: head.rounds });
  let seed;
  try {
    const algorithm = { name: "AES-GCM", iv, additionalData: canonical(head) };
    seed = new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed));
  } catch {
    throw new SealRefused("passphrase_wrong");
  }
  const pair = await pairOf(seed);
  if (pair.fingerprint !== head.fingerprint) throw new SealRefused("fingerprint_wrong");
  return pair;
}

/**
 * Gives the key file to its owner as a download.
 * @param {Uint8Array<ArrayBuffer>} file
 * @param {{ name: string }} as
 */
export function download(file, { name }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([file], { type: "application/json" }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // the browser reads the file after this returns
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/**
 * Releases the holder's share for one envelope: the document that the centre asked for.
 *
 * The request is the centre's word; what is opened is read from the header that the share is bound
 * to, and must be what the person was asked about on the page.
 * @param {Uint8Array} request `opening.ask_share` on the server
 * @param {{ seed: Uint8Array<ArrayBuffer>, wanted: Wanted }} by
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function releaseShare(request, { seed, wanted }) {
  const asked = members(decoded(request), ["format", "holder", "header", "sealed"]);
  if (asked.format !== "pazar-share-request-1") throw new SealRefused("field", "format");
  if (typeof asked.holder !== "string" || typeof asked.header !== "string") throw new SealRefused("field", "header");
  const header = utf8(asked.header);
  const { procedure, lot, kind, nonce, shares } = members(decoded(header), HEADER_FIELDS, "header.");
  if (procedure !== wanted.procedure) throw new SealRefused("other_procedure");
  if (wanted.lot !== undefined && lot !== wanted.lot) throw new SealRefused("other_lot");
  if (wanted.kind !== undefined && kind !== wanted.kind) throw new SealRefused("other_kind");
  const mine = Array.isArray(shares) ? shares.find(({ holder }) => holder === asked.holder) : undefined;
  if (!mine) throw new SealRefused("holder_unknown", asked.holder);

  const size = ENC_SIZE + 32 + (shares.length === 1 ? 32 : 33) + 16;
  const headerDigest = await sha256(header);
  const info = shareInfo(headerDigest, asked.holder);
  const plain = await unseal(octets(asked.sealed, "sealed", size), { seed, info });
  const [salt, share] = [plain.slice(0, 32), plain.slice(32)];
  const found = await shareCommitment({ nonce: octets(nonce, "nonce", 32), holder: asked.holder, salt, share });
  // the bidder's doing, not the holder's: released, it would put the blame on the wrong one
  if (!same(found, octets(mine.commitment, "commitment", 32))) throw new SealRefused("share_false", asked.holder);
  return canonical({
    format: "pazar-release-1",
    holder: asked.holder,
    header_digest: hex(headerDigest),
    salt: hex(salt),
    share: hex(share),
  });
}

/**
 * @param {string} passphrase
 * @param {{ salt: Uint8Array<ArrayBuffer>, rounds: number }} by
 */
async function stretched(passphrase, { salt, rounds }) {
  const base = await crypto.subtle.importKey("raw", utf8(passphrase.normalize("NFKC")), "PBKDF2", false, [
    "deriveKey",
  ]);
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}
