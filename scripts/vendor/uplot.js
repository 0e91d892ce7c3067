// Charts that move.
export { default } from "uplot";
