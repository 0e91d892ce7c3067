// Certificates, CMS signatures and key files (PKCS #12) in a browser.
export * as asn1js from "asn1js";
export * from "pkijs";
