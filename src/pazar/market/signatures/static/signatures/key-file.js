// @ts-check
/**
 * Signing with a key file (PKCS #12) in the browser: the file is opened here, the key never leaves the page.
 * What comes out is a detached CAdES-B signature (CMS, DER): its signed attributes name the document's digest, the
 * moment, and the very certificate.
 */
import {
  Attribute,
  Certificate,
  ContentInfo,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  PFX,
  PrivateKeyInfo,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
  asn1js,
} from "../vendor/pki.js";

const OID = {
  data: "1.2.840.113549.1.7.1",
  signedData: "1.2.840.113549.1.7.2",
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingTime: "1.2.840.113549.1.9.5",
  signingCertificateV2: "1.2.840.113549.1.9.16.2.47",
  keyBag: "1.2.840.113549.1.12.10.1.1",
  shroudedBag: "1.2.840.113549.1.12.10.1.2",
  certificateBag: "1.2.840.113549.1.12.10.1.3",
  rsa: "1.2.840.113549.1.1.1",
  ec: "1.2.840.10045.2.1",
};
/** 1.2.840.113549.1.12.1: RC2 and triple DES by PKCS #12's own derivation, which browsers never had. */
const OLD_BYTES = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01];
/** @type {Record<string, string>} */
const CURVES = { "1.2.840.10045.3.1.7": "P-256", "1.3.132.0.34": "P-384", "1.3.132.0.35": "P-521" };

/** @typedef {{ key: CryptoKey, certificate: any, chain: any[], name: string, notAfter: Date }} Opened */

/** Why a key file is no use; the page has the words to each code. */
export class KeyFileRefused extends Error {
  /** @param {"not_a_key_file" | "passphrase_wrong" | "no_key" | "no_certificate" | "key_kind"} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * The key and the certificates in a key file.
 * @param {ArrayBuffer} file
 * @param {string} passphrase
 * @returns {Promise<Opened>}
 */
export async function openKeyFile(file, passphrase) {
  const password = passwordBytes(passphrase);
  let pfx;
  try {
    pfx = PFX.fromBER(file);
  } catch {
    throw new KeyFileRefused("not_a_key_file");
  }
  if (holds(new Uint8Array(file), OLD_BYTES)) return openOldFile(file, passphrase);
  let bags;
  try {
    await pfx.parseInternalValues({ password, checkIntegrity: false });
    const safe = /** @type {any} */ (pfx.parsedValue).authenticatedSafe;
    await safe.parseInternalValues({ safeContents: safe.safeContents.map(() => ({ password })) });
    bags = safe.parsedValue.safeContents.flatMap((/** @type {any} */ one) => one.value.safeBags);
  } catch {
    throw new KeyFileRefused("passphrase_wrong");
  }
  const certificates = bags
    .filter((/** @type {any} */ bag) => bag.bagId === OID.certificateBag)
    .map((/** @type {any} */ bag) => bag.bagValue.parsedValue)
    .filter((/** @type {any} */ one) => one instanceof Certificate);
  return opened(await keyInfo(bags, password), certificates);
}

/**
 * A file of old, by a library that still has its ciphers; it is loaded for such files alone.
 * @param {ArrayBuffer} file
 * @param {string} passphrase
 * @returns {Promise<Opened>}
 */
async function openOldFile(file, passphrase) {
  const { asn1, pkcs12, pki, util } = await import("../vendor/old-keys.js");
  let pfx;
  try {
    pfx = pkcs12.pkcs12FromAsn1(asn1.fromDer(util.createBuffer(file)), passphrase.normalize("NFC"));
  } catch {
    throw new KeyFileRefused("passphrase_wrong");
  }
  const bags = pfx.safeContents.flatMap((/** @type {any} */ one) => one.safeBags);
  /** @param {any} tree */
  const written = (tree) => Uint8Array.from(asn1.toDer(tree).getBytes(), (/** @type {string} */ sign) => sign.charCodeAt(0));
  const keyBag = bags.find((/** @type {any} */ bag) => bag.type === OID.keyBag || bag.type === OID.shroudedBag);
  if (!keyBag) throw new KeyFileRefused("no_key");
  // What the library itself can't use (elliptic curves) it leaves as it found it.
  const tree = keyBag.key ? pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(keyBag.key)) : keyBag.asn1;
  const certificates = bags
    .filter((/** @type {any} */ bag) => bag.type === OID.certificateBag)
    .map((/** @type {any} */ bag) => Certificate.fromBER(written(bag.cert ? pki.certificateToAsn1(bag.cert) : bag.asn1)));
  return opened(PrivateKeyInfo.fromBER(written(tree)), certificates);
}

/** @param {any} info @param {any[]} certificates @returns {Promise<Opened>} */
async function opened(info, certificates) {
  if (!certificates.length) throw new KeyFileRefused("no_certificate");
  const key = await imported(info);
  const certificate = await belonging(certificates, info, key);
  return {
    key,
    certificate,
    chain: certificates.filter((/** @type {any} */ one) => one !== certificate),
    name: commonName(certificate),
    notAfter: certificate.notAfter.value,
  };
}

/**
 * A detached CAdES-B signature over `content`, DER.
 * @param {Uint8Array<ArrayBuffer>} content
 * @param {Opened} opened
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function signDetached(content, { key, certificate, chain }) {
  const digest = await crypto.subtle.digest("SHA-256", content);
  const own = await crypto.subtle.digest("SHA-256", certificate.toSchema(true).toBER(false));
  const attributes = [
    attribute(OID.contentType, new asn1js.ObjectIdentifier({ value: OID.data })),
    attribute(OID.signingTime, new asn1js.UTCTime({ valueDate: new Date() })),
    attribute(OID.messageDigest, new asn1js.OctetString({ valueHex: digest })),
    attribute(OID.signingCertificateV2, named(own)),
  ];
  const signed = new SignedData({
    version: 1,
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: OID.data }),
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid: new IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
        // DER wants a set's members in the order of their bytes.
        signedAttrs: new SignedAndUnsignedAttributes({ type: 0, attributes: sorted(attributes) }),
      }),
    ],
    certificates: [certificate, ...chain],
  });
  await signed.sign(key, 0, "SHA-256", content);
  const info = new ContentInfo({ contentType: OID.signedData, content: signed.toSchema(true) });
  return new Uint8Array(info.toSchema().toBER(false));
}

/** @param {ArrayBuffer} digest SHA-256 of the certificate: the default algorithm, so that it isn't named (RFC 5035) */
function named(digest) {
  const id = new asn1js.Sequence({ value: [new asn1js.OctetString({ valueHex: digest })] });
  return new asn1js.Sequence({ value: [new asn1js.Sequence({ value: [id] })] });
}

/** @param {string} type @param {any} value */
function attribute(type, value) {
  return new Attribute({ type, values: [value] });
}

/** @param {any[]} attributes */
function sorted(attributes) {
  const written = attributes.map((one) => ({ one, bytes: new Uint8Array(one.toSchema().toBER(false)) }));
  written.sort((a, b) => {
    for (let at = 0; at < Math.min(a.bytes.length, b.bytes.length); at += 1) {
      if (a.bytes[at] !== b.bytes[at]) return (a.bytes[at] ?? 0) - (b.bytes[at] ?? 0);
    }
    return a.bytes.length - b.bytes.length;
  });
  return written.map(({ one }) => one);
}

/** @param {any[]} bags @param {ArrayBuffer} password */
async function keyInfo(bags, password) {
  for (const bag of bags) {
    if (bag.bagId === OID.keyBag) return bag.bagValue;
    if (bag.bagId !== OID.shroudedBag) continue;
    try {
      await bag.bagValue.parseInternalValues({ password });
    } catch {
      throw new KeyFileRefused("passphrase_wrong");
    }
    return bag.bagValue.parsedValue;
  }
  throw new KeyFileRefused("no_key");
}

/** @param {any} info a PrivateKeyInfo @returns {Promise<CryptoKey>} */
async function imported(info) {
  const kind = info.privateKeyAlgorithm.algorithmId;
  const bytes = info.toSchema().toBER(false);
  if (kind === OID.rsa) {
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    return crypto.subtle.importKey("pkcs8", bytes, algorithm, false, ["sign"]);
  }
  const curve = CURVES[info.privateKeyAlgorithm.algorithmParams?.valueBlock?.toString?.() ?? ""];
  if (kind !== OID.ec || !curve) throw new KeyFileRefused("key_kind");
  return crypto.subtle.importKey("pkcs8", bytes, { name: "ECDSA", namedCurve: curve }, false, ["sign"]);
}

/**
 * The certificate that belongs to the key: tried, since file attributes that say so may be missing.
 * @param {any[]} certificates @param {any} info @param {CryptoKey} key
 */
async function belonging(certificates, info, key) {
  const probe = crypto.getRandomValues(new Uint8Array(32));
  const isRsa = info.privateKeyAlgorithm.algorithmId === OID.rsa;
  const how = isRsa ? { name: "RSASSA-PKCS1-v1_5" } : { name: "ECDSA", hash: "SHA-256" };
  const mark = await crypto.subtle.sign(how, key, probe);
  for (const certificate of certificates) {
    try {
      const bytes = certificate.subjectPublicKeyInfo.toSchema().toBER(false);
      const algorithm = isRsa ? { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } : key.algorithm;
      const open = await crypto.subtle.importKey("spki", bytes, algorithm, false, ["verify"]);
      if (await crypto.subtle.verify(how, open, mark, probe)) return certificate;
    } catch {
      continue; // a certificate of another kind of key
    }
  }
  throw new KeyFileRefused("no_certificate");
}

/** @param {any} certificate */
function commonName(certificate) {
  const found = certificate.subject.typesAndValues.find((/** @type {any} */ one) => one.type === "2.5.4.3");
  return String(found?.value.valueBlock.value ?? "");
}

/** @param {string} text */
function passwordBytes(text) {
  return new TextEncoder().encode(text.normalize("NFC")).buffer;
}

/** @param {Uint8Array} bytes @param {number[]} wanted */
function holds(bytes, wanted) {
  for (let at = 0; at <= bytes.length - wanted.length; at += 1) {
    if (wanted.every((value, place) => bytes[at + place] === value)) return true;
  }
  return false;
}
