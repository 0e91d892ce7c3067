// @ts-check
/**
 * A signing agent on this computer: a program that reaches cards and tokens, which browsers don't.
 * The protocol is ours and small (docs/signatures.md); an adapter for another agent answers the same two questions.
 */

const FORMAT = "pazar-agent-1";
const SIGNING_MS = 120_000;

/** The agent isn't there, or said no. */
export class AgentRefused extends Error {
  /** @param {"agent_silent" | "agent_declined" | "agent_strange"} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * Asks the agent for a detached CAdES signature over `content`, DER.
 * @param {Uint8Array} content
 * @param {{ address: string }} at
 * @returns {Promise<Uint8Array>}
 */
export async function signByAgent(content, { address }) {
  const url = new URL(address);
  // The page's policy lets nothing else through either; said here so that the reason is readable.
  if (!["127.0.0.1", "localhost", "[::1]"].includes(url.hostname)) throw new AgentRefused("agent_strange");
  let answer, told;
  try {
    answer = await fetch(new URL("/pazar-agent/1/sign", url), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ format: FORMAT, content: encoded(content), form: "cades-detached" }),
      credentials: "omit",
      signal: AbortSignal.timeout(SIGNING_MS),
    });
    told = await answer.json();
  } catch {
    throw new AgentRefused("agent_silent");
  }
  if (answer.status === 403) throw new AgentRefused("agent_declined");
  if (!answer.ok || told.format !== FORMAT || typeof told.signature !== "string") throw new AgentRefused("agent_strange");
  return decoded(told.signature);
}

/** @param {Uint8Array} bytes */
export function encoded(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** @param {string} text */
function decoded(text) {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}
