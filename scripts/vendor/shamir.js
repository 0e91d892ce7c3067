// Shamir's secret sharing over GF(256).
export { combine, split } from "shamir-secret-sharing";
