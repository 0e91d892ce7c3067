// @ts-check
/** HPKE to one holder: RFC 9180 base mode, X-Wing, HKDF-SHA256, AES-256-GCM, as `rules/xwing.py`. */

import { Aes256Gcm, CipherSuite, HkdfSha256, XWing } from "../vendor/hpke.js";

import { SealRefused, joined } from "./octets.js";

export const SEED_SIZE = 32;
export const PUBLIC_SIZE = 1216;
export const ENC_SIZE = 1120;

const suite = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/**
 * The public key of the private key with this seed.
 * @param {Uint8Array<ArrayBuffer>} seed 32 bytes
 */
export async function publicKeyOf(seed) {
  const kem = /** @type {XWing} */ (suite.kem);
  const pair = await kem.generateKeyPairDerand(seed);
  return new Uint8Array(await kem.serializePublicKey(pair.publicKey));
}

/**
 * `plaintext` sealed to a holder: enc ‖ ciphertext ‖ tag.
 * @param {Uint8Array<ArrayBuffer>} plaintext
 * @param {{ publicKey: Uint8Array<ArrayBuffer>, info: Uint8Array<ArrayBuffer> }} to
 */
export async function sealTo(plaintext, { publicKey, info }) {
  const recipientPublicKey = await suite.kem.deserializePublicKey(own(publicKey));
  const { enc, ct } = await suite.seal({ recipientPublicKey, info: own(info) }, own(plaintext));
  return joined(new Uint8Array(enc), new Uint8Array(ct));
}

/**
 * What was sealed to the key with this seed, with this `info`.
 * @param {Uint8Array<ArrayBuffer>} sealed
 * @param {{ seed: Uint8Array<ArrayBuffer>, info: Uint8Array<ArrayBuffer> }} by
 */
export async function unseal(sealed, { seed, info }) {
  try {
    const recipientKey = await suite.kem.deserializePrivateKey(own(seed));
    const enc = own(sealed.subarray(0, ENC_SIZE));
    const opened = await suite.open({ recipientKey, enc, info: own(info) }, own(sealed.subarray(ENC_SIZE)));
    return new Uint8Array(opened);
  } catch {
    throw new SealRefused("share_unopenable");
  }
}

/**
 * A buffer that holds these bytes and nothing else, whatever they're a view of.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
function own(bytes) {
  return bytes.slice().buffer;
}
