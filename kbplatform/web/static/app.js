// The frame: theme, toasts, keyboard help, the offline bar.
//
// Modules do not import each other, so that each has its own versioned address. They meet on
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
document.addEventListener("kb:signed-out", () => {
  document.dispatchEvent(new CustomEvent("kb:toast", { detail: document.getElementById("words").dataset.signedOut }));
});
document.addEventListener("kb:toast", ({ detail }) => {
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.textContent = detail;
  toasts.replaceChildren(toast);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => toasts.replaceChildren(), 5000);
});

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
for (const time of document.querySelectorAll("time[data-local]")) {
  const at = new Date(time.dateTime);
  const two = (n) => String(n).padStart(2, "0");
  time.title = time.textContent;
  time.textContent = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
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
    for (const [id, link] of contents) {
      if (id === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
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
