/**
 * Makes the vectors beside this file with the libraries browsers use: `shamir-secret-sharing` and
 * `@hpke` from npm, and the project's own `seal.js` over them. Python opens what is stored; made anew,
 * the vectors differ in every random byte. From the root, after `make setup`:
 *
 *   node node_modules/esbuild/bin/esbuild src/pazar/market/bids/tests/vectors/make.mjs --bundle \
 *     --format=esm --platform=node '--external:../vendor/*' --outfile=build/vectors/make.mjs
 *   node build/vectors/make.mjs src/pazar/market/bids/tests/vectors
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { Aes256Gcm, CipherSuite, HkdfSha256, XWing } from "../vendor/hpke.js";
import { split } from "../vendor/shamir.js";

import core from "../../../../../../node_modules/@hpke/core/package.json";
import xwing from "../../../../../../node_modules/@hpke/hybridkem-x-wing/package.json";
import shamir from "../../../../../../node_modules/shamir-secret-sharing/package.json";
import { canonical } from "../../static/bids/canonical.js";
import { hex, random, sha256, utf8 } from "../../static/bids/octets.js";
import { lockPair, makePair } from "../../static/bids/personal-key.js";
import { sealBid } from "../../static/bids/seal.js";

const made = [core, xwing, shamir].map(({ name, version }) => `${name} ${version}`);
const folder = process.argv[2];

function store(name, vectors) {
  const text = JSON.stringify({ made_with: made, made_by: "make.mjs", vectors }, null, 1);
  writeFileSync(join(folder, name), `${text}\n`);
}

const sharings = [];
for (const [count, threshold] of [[2, 2], [3, 2], [5, 3], [12, 7], [255, 2]]) {
  const secret = random(32);
  const shares = (await split(secret, count, threshold)).slice(0, 12);
  sharings.push({ secret: hex(secret), count, threshold, shares: shares.map(hex) });
}
store("shamir.json", sharings);

const suite = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
const hpke = [];
for (const info of ["", "pazar", "обвързване ".repeat(20)]) {
  const seed = random(32);
  const { publicKey } = await suite.kem.generateKeyPairDerand(seed);
  const plaintext = random(65);
  const { enc, ct } = await suite.seal({ recipientPublicKey: publicKey, info: utf8(info).buffer }, plaintext.buffer);
  hpke.push({
    seed: hex(seed),
    public_key: hex(new Uint8Array(await suite.kem.serializePublicKey(publicKey))),
    info,
    plaintext: hex(plaintext),
    sealed: hex(new Uint8Array(enc)) + hex(new Uint8Array(ct)),
  });
}
store("xwing.json", hpke);

const bids = [];
for (const [count, threshold] of [[1, 1], [2, 2], [3, 2]]) {
  const pairs = await Promise.all(Array.from({ length: count }, makePair));
  const list = {
    format: "pazar-holders-1",
    procedure: crypto.randomUUID(),
    threshold,
    holders: pairs.map(({ publicKey }, at) => ({
      id: at ? `member-${at}` : "server",
      name: at ? `Член на комисията № ${at}` : "Тържище „Пазар“",
      kind: at ? "person" : "server",
      public_key: hex(publicKey),
    })),
    made_at: "2026-05-04T09:30:00.000000Z",
  };
  const named = { procedure: list.procedure, version: 1, bidder: crypto.randomUUID(), bid: crypto.randomUUID() };
  const content = '{"amount":"1234.50"}';
  const holders = { ...list, digest: hex(await sha256(canonical(list))) };
  const sealed = await sealBid({ ...named, holders, contents: [{ lot: "1", kind: "price", content: utf8(content) }] });
  bids.push({
    ...named,
    list,
    seeds: pairs.map(({ seed }) => hex(seed)),
    content,
    manifest: new TextDecoder().decode(sealed.manifest),
    digest: sealed.digest,
    envelope: Buffer.from(sealed.envelopes[0].bytes).toString("base64"),
  });
}
store("bids.json", bids);

const pair = await makePair();
const passphrase = "парола за ключа № 1 cafe\u0301";
const file = new TextDecoder().decode(await lockPair(pair, { passphrase }));
store("key_file.json", [{ seed: hex(pair.seed), passphrase, file }]);
