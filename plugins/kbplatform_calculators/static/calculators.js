// Calculators answer while somebody types, and their list narrows: the same address is asked for the pieces that changed.

const DEBOUNCE = 160;
const PAUSE = 900; // before a screen reader is told: not with every digit
const form = document.querySelector("[data-live]");
const send = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
let timer;
let quiet;
let request;
let shown = asked();

/** What the fields hold, without empty ones, as it stands in an address. */
function asked() {
  return String(new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim())));
}

function put(html) {
  for (const piece of new DOMParser().parseFromString(html, "text/html").querySelectorAll("[data-part]")) {
    const place = document.querySelector(`[data-part="${CSS.escape(piece.dataset.part)}"]`);
    if (place && place.innerHTML !== piece.innerHTML) place.innerHTML = piece.innerHTML;
  }
  for (const field of form.elements) {
    const note = document.getElementById(`${field.id}-note`);
    if (note?.querySelector(".field-error")) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

function tell() {
  const said = document.querySelector("[data-status]")?.dataset.status;
  if (said) send("kb:announce", said);
}

async function update() {
  clearTimeout(timer);
  const address = asked();
  if (address === shown) return;
  request?.abort();
  request = new AbortController();
  const path = form.getAttribute("action");
  let html;
  try {
    const response = await fetch(`${path}?${address}&fragment=1`, { signal: request.signal, headers: { accept: "text/html" } });
    html = await response.text();
    if (!response.ok) return;
  } catch (error) {
    if (error instanceof TypeError) send("kb:offline");
    return;
  }
  if (address !== asked()) return; // somebody typed on
  if (/^\s*<!doctype/i.test(html)) {
    send("kb:signed-out");
    return;
  }
  send("kb:online");
  shown = address;
  put(html);
  history.replaceState(null, "", address ? `${path}?${address}` : path);
  clearTimeout(quiet);
  quiet = setTimeout(tell, PAUSE);
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(update, DEBOUNCE);
}

form.addEventListener("input", (event) => { if (!event.isComposing) soon(); });
form.addEventListener("compositionend", soon);
form.addEventListener("submit", async (event) => {
  if (event.submitter?.name === "compare") return;
  const there = () => asked() === shown && document.querySelector("[data-done], [data-part=list]");
  if (!there()) return; // the server says what is missing
  event.preventDefault();
  document.querySelector("[data-part]").scrollIntoView({ block: "nearest" });
  tell();
});
window.addEventListener("pageshow", () => { // fields that the browser filled again
  if ([...form.elements].some((field) => field.type !== "hidden" && "defaultValue" in field && field.value !== field.defaultValue)) {
    shown = null;
    update();
  }
});

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { // plain http
    const area = document.createElement("textarea");
    area.className = "offscreen";
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

document.querySelector("[data-copy-link]")?.addEventListener("click", async ({ currentTarget: button }) => {
  await update();
  const url = new URL(form.getAttribute("action"), location);
  url.search = asked();
  send("kb:toast", await copied(url.href) ? button.dataset.copied : button.dataset.failed);
  button.focus();
});
