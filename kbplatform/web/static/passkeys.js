// Making a passkey, and signing in with one. Browsers offer them over https and on localhost only, and older ones can't read the
// options as JSON: there the button stays hidden.

const box = document.querySelector("[data-passkey]");
const { PublicKeyCredential: Key } = window;

async function post(path, body = {}) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": box.dataset.token },
    body: JSON.stringify(body), // a credential is written as JSON by itself
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.problem ?? answer.detail ?? response.statusText);
  return answer;
}

async function make() {
  const publicKey = Key.parseCreationOptionsFromJSON(await post("/account/passkeys/options"));
  const credential = await navigator.credentials.create({ publicKey });
  return post("/account/passkeys", { credential, name: document.querySelector("[name=passkey_name]").value });
}

async function use() {
  const publicKey = Key.parseRequestOptionsFromJSON(await post("/sign-in/passkey/options"));
  const credential = await navigator.credentials.get({ publicKey });
  const { next, remember } = document.querySelector("form.form").elements;
  return post("/sign-in/passkey", { credential, next: next.value, remember: remember.checked });
}

if (Key?.parseRequestOptionsFromJSON && window.isSecureContext) {
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
