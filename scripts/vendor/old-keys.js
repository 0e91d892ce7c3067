// Key files (PKCS #12) under the ciphers of old: RC2 and triple DES, which browsers never had. Loaded only for those.
import "./parts/forge-in-browsers.js";
import forge from "node-forge/lib/forge";
import "node-forge/lib/pkcs12";

export const { asn1, pkcs12, pki, util } = forge;
