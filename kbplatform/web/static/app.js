// The frame: theme, toasts, keyboard help, the offline bar.
//
// Modules of a page do not import each other; what several share is in finding.js. They meet on
// document: "kb:toast" (detail: text), "kb:announce" (detail: text for screen readers),
// "kb:content" (detail: element whose content is new), "kb:offline" and "kb:online".

const root = document.documentElement;
const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window */ } };

document.querySelector("[data-theme-toggle]").addEventListener("click", () => {
  const next = root.dataset.shown === "dark" ? "light" : "dark";
  root.dataset.theme = root.dataset.shown = next;
  remember("kb.theme", next);
});

const toasts = document.getElementById("toasts");
let toastTimer;
const make = (tag, fields) => Object.assign(document.createElement(tag), fields);
const clear = () => toasts.replaceChildren();
function show(...parts) {
  const toast = make("p", { className: "toast" });
  toast.append(...parts);
  toasts.replaceChildren(toast);
  clearTimeout(toastTimer);
}
document.addEventListener("kb:toast", ({ detail }) => {
  show(detail);
  toastTimer = setTimeout(clear, 5000);
});
// Who is signed out is told so until something works again.
document.addEventListener("kb:signed-out", () => {
  const { signedOut, signIn } = document.getElementById("words").dataset;
  show(signedOut, " ", make("a", { href: `/sign-in?next=${encodeURIComponent(location.pathname)}`, target: "_blank", textContent: signIn }));
});
document.addEventListener("kb:online", () => { if (toasts.querySelector("a")) clear(); });

const announcer = document.getElementById("announce");
document.addEventListener("kb:announce", ({ detail }) => { announcer.textContent = detail; });

const help = document.getElementById("help");
const keysBox = help.querySelector("[data-keys-toggle]");
keysBox.checked = root.dataset.keys !== "off";
keysBox.addEventListener("change", () => {
  if (keysBox.checked) delete root.dataset.keys;
  else root.dataset.keys = "off";
  remember("kb.keys", keysBox.checked ? "on" : "off");
});
for (const button of document.querySelectorAll("[data-help]")) button.addEventListener("click", () => help.showModal());
help.addEventListener("click", (event) => { if (event.target === help) help.close(); });

// The menu closes when something else is clicked, and with Esc.
const menu = document.querySelector("[data-menu]");
if (menu) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => { if (event.key === "Escape") { menu.open = false; menu.querySelector("summary").focus(); } });
}

// Whoever signs out leaves no list of what they read in this browser.
document.querySelector('form[action="/sign-out"]')?.addEventListener("submit", () => {
  for (const key of Object.keys(localStorage)) if (key.startsWith("kb.recent.")) localStorage.removeItem(key);
});

// Times are written in UTC; here they are shown as the reader's clock has them.
const clock = new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "short" }); // Sweden writes 2026-01-31 09:30
for (const time of document.querySelectorAll("time[data-local]")) {
  time.title = time.textContent;
  time.textContent = clock.format(new Date(time.dateTime));
}

const bar = document.querySelector("[data-offline-bar]");
const offline = (state) => () => { bar.hidden = !state; };
window.addEventListener("offline", offline(true));
document.addEventListener("kb:offline", offline(true));
window.addEventListener("online", offline(false));
document.addEventListener("kb:online", offline(false));
if (!navigator.onLine) bar.hidden = false;

// Only over https and on this machine; elsewhere browsers have no service workers.
const version = new URL(import.meta.url).searchParams.get("v");
navigator.serviceWorker?.register(`/sw.js?lang=${root.lang}&v=${version}`).catch(() => { /* a page without one still works */ });

// The table of contents follows the reader.
const contents = new Map([...document.querySelectorAll(".toc a")].map((a) => [a.hash.slice(1), a]));
if (contents.size) {
  const visible = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) visible[isIntersecting ? "add" : "delete"](target.id);
    const current = [...contents.keys()].find((id) => visible.has(id));
    if (!current) return;
    for (const [id, link] of contents) link.ariaCurrent = id === current ? "true" : null;
  }, { rootMargin: "-80px 0px -45% 0px" });
  for (const id of contents.keys()) {
    const target = document.getElementById(id);
    if (target) watcher.observe(target);
  }
}

// Paper shows what is folded on the screen, also in browsers without ::details-content.
window.addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details:not([open])")) {
    details.dataset.folded = "";
    details.open = true;
  }
});
window.addEventListener("afterprint", () => {
  for (const details of document.querySelectorAll("details[data-folded]")) {
    delete details.dataset.folded;
    details.open = false;
  }
});
