// Making a passkey, and signing in with one. Browsers offer them over https and on localhost only: elsewhere the button stays hidden.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const box = document.querySelector("[data-passkey]");

async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": box.dataset.token },
    body: JSON.stringify(body ?? {}),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.problem ?? answer.detail ?? response.statusText);
  return answer;
}

/** What the device answered, as JSON. */
function plain(credential) {
  const { response } = credential;
  const fields = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  return {
    id: credential.id, rawId: text(credential.rawId), type: credential.type, clientExtensionResults: {},
    response: Object.fromEntries(fields.filter((f) => response[f]).map((f) => [f, text(response[f])])),
  };
}

async function make() {
  const options = await post("/account/passkeys/options");
  options.challenge = bytes(options.challenge);
  options.user.id = bytes(options.user.id);
  options.excludeCredentials = (options.excludeCredentials ?? []).map((c) => ({ ...c, id: bytes(c.id) }));
  const credential = plain(await navigator.credentials.create({ publicKey: options }));
  return post("/account/passkeys", { credential, name: document.querySelector("[name=passkey_name]").value });
}

async function use() {
  const options = await post("/sign-in/passkey/options");
  options.challenge = bytes(options.challenge);
  const credential = plain(await navigator.credentials.get({ publicKey: options }));
  const form = document.querySelector("form.form");
  return post("/sign-in/passkey", { credential, next: form.elements.next.value, remember: form.elements.remember.checked });
}

if (window.PublicKeyCredential && window.isSecureContext) {
  box.hidden = false;
  const trouble = box.querySelector("[role=alert]");
  box.querySelector("button").addEventListener("click", async () => {
    trouble.hidden = true;
    try {
      location.assign((await (box.dataset.passkey === "make" ? make() : use())).next);
    } catch (error) {
      trouble.textContent = error.name === "NotAllowedError" ? box.dataset.cancelled : error.message;
      trouble.hidden = false;
    }
  });
}
