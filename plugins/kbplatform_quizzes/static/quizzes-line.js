// The line to the server: one call, with what became of it. A token that has expired with its session is renewed once.

const form = document.querySelector("[data-attempt]");
const { api, here, lang } = form.dataset;

/** `{status, body}`; status 0 where nothing could be reached, 401 where somebody is signed out. */
export async function call(method, path, body, { keepalive = false, again = true } = {}) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token.value };
  let response;
  try {
    response = await fetch(path.startsWith("/api/") ? path : `${api}${path}?lang=${lang}`, { method, keepalive, headers, body: body && JSON.stringify(body) });
  } catch {
    return { status: 0, body: {} };
  }
  if (response.status === 400 && again) return await renew() ? call(method, path, body, { keepalive, again: false }) : { status: 401, body: {} };
  const json = /json/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, body: json ? await response.json().catch(() => ({})) : {} };
}

/** Why something was not taken, in the words of the server; a detail may be empty. */
export function why({ errors, detail, title, remedy }) {
  return [errors?.[0]?.message || detail || title, remedy].filter(Boolean).join(" · ");
}

/** The page `number` of this attempt as the server has it now; null where it can't be had. */
export async function pageOf(number) {
  try {
    const response = await fetch(`${here}?page=${number}&lang=${lang}`);
    return response.ok && !response.redirected ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  } catch {
    return null;
  }
}

async function renew() {
  const field = (await pageOf(1))?.querySelector("[name=csrf_token]");
  if (!field) return false;
  for (const old of document.querySelectorAll("[name=csrf_token]")) old.value = field.value;
  return true;
}
