// HPKE (RFC 9180) and its hybrid key encapsulation X-Wing (ML-KEM-768 + X25519), as one module.
export * from "@hpke/core";
export { XWing, XWing as HybridkemXWing } from "@hpke/hybridkem-x-wing";
