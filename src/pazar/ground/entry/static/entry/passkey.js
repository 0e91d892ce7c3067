// <form data-passkey="create" | "get" data-question="/address/" data-field="answer">: asks the browser for a passkey
// and sends its answer with the form. Without a browser that can, the form says so and nothing else changes.

/** @param {string} text base64url */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** @param {ArrayBuffer | null | undefined} buffer */
function text(buffer) {
  if (!buffer) return undefined;
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {any} question as our server asks it, with base64url for bytes */
function readable(question) {
  const asked = { ...question.publicKey, challenge: bytes(question.publicKey.challenge) };
  if (asked.user) asked.user = { ...asked.user, id: bytes(asked.user.id) };
  for (const name of ["excludeCredentials", "allowCredentials"]) {
    if (asked[name]) asked[name] = asked[name].map((/** @type {any} */ one) => ({ ...one, id: bytes(one.id) }));
  }
  return { publicKey: asked };
}

/** @param {any} credential */
function told(credential) {
  const { response } = credential;
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle),
      transports: response.getTransports?.(),
    },
  });
}

/** @param {HTMLFormElement} form */
async function answer(form) {
  const token = form.querySelector("input[name=csrfmiddlewaretoken]");
  const asked = await fetch(form.dataset.question ?? "", {
    method: "POST",
    headers: { "X-CSRFToken": token instanceof HTMLInputElement ? token.value : "" },
  });
  if (!asked.ok) throw new Error(String(asked.status));
  const question = readable(await asked.json());
  const found =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create(question)
      : await navigator.credentials.get(question);
  return told(found);
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  const field = form.elements.namedItem(form.dataset.field ?? "answer");
  const said = form.querySelector("[data-passkey-said]");
  if (!window.PublicKeyCredential) {
    form.querySelector("[data-passkey-none]")?.removeAttribute("hidden");
    continue;
  }
  form.querySelector("[data-passkey-go]")?.removeAttribute("hidden");
  form.addEventListener("submit", async (event) => {
    if (!(field instanceof HTMLInputElement) || field.value) return;
    event.preventDefault();
    try {
      field.value = await answer(form);
      form.submit();
    } catch {
      // The person gave up, the time ran out, or there is no such key here: all the same to him.
      if (said instanceof HTMLElement) said.hidden = false;
    }
  });
}
