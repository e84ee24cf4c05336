// The call desk: type, read, copy, next call, all from the keyboard.
//
// What is typed into the strip of call variables lives in its fields and in the words on the screen,
// and leaves this page only through the clipboard: no request, storage, address or history holds it.

import { failed, fetcher } from "./fetching.js";

const DEBOUNCE = 80;
const desk = document.querySelector("[data-desk]");
const words = desk.dataset;
const form = desk.querySelector("[data-search-form]");
const box = form.elements.q;
const list = desk.querySelector("[data-hits-pane]");
const pane = desk.querySelector("[data-answer-pane]");
const variables = [...desk.querySelectorAll("[data-var]")];
const send = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const fetchHits = fetcher();
const fetchAnswer = fetcher();
const answer = () => pane.querySelector("[data-answer]");
const links = () => [...list.querySelectorAll(".hit h2 a")];
const selected = () => links().findIndex((link) => link.getAttribute("aria-current") === "true");

// The strip

function value(name, lang) {
  const typed = (tongue) => variables.find((v) => v.dataset.var === name && v.dataset.tongue === tongue)?.value.trim();
  return typed(lang) || typed(lang === "zh" ? "en" : "zh");
}

/** Puts what is filled in into the words at the right, and marks the fields that they ask for. */
function fill() {
  const slots = [...pane.querySelectorAll(".slot")];
  for (const slot of slots) {
    slot.dataset.label ??= slot.textContent;
    const filled = value(slot.dataset.slot, slot.closest("[lang]").lang.slice(0, 2));
    slot.textContent = filled || slot.dataset.label;
    slot.classList.toggle("filled", Boolean(filled));
  }
  for (const field of desk.querySelectorAll("[data-var-of]")) {
    field.classList.toggle("wanted", slots.some((slot) => slot.dataset.slot === field.dataset.varOf));
  }
}

function toStrip() {
  const wanted = variables.filter((v) => v.closest(".wanted"));
  const target = wanted.find((v) => !value(v.dataset.var, v.dataset.tongue)) ?? wanted[0] ?? variables[0];
  target?.focus();
  target?.select();
}

function wipe() {
  for (const variable of variables) variable.value = "";
  document.getElementById("toasts").replaceChildren();
  fill();
}

for (const variable of variables) {
  variable.addEventListener("input", fill);
  variable.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      toList();
    }
  });
}
window.addEventListener("pagehide", wipe); // nor does a page kept for the back button hold it
window.addEventListener("pageshow", wipe); // nor what a browser restored

// Left and right

function put(html) {
  pane.replaceChildren(html);
  pane.scrollTop = 0;
  pane.removeAttribute("aria-busy");
  fill();
  send("kb:content", pane);
}
const parsed = (html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
};

async function read(slug, { section = "", whole = false } = {}) {
  pane.setAttribute("aria-busy", "true");
  const wanted = read.wanted = `/desk/answer?${new URLSearchParams({ slug, lang: form.elements.lang.value, section, ...(whole && { whole }) })}`;
  try {
    const html = await fetchAnswer(wanted);
    if (wanted === read.wanted) put(parsed(html));
  } catch (error) {
    if (error.name === "AbortError") return;
    pane.removeAttribute("aria-busy");
    failed(error);
  }
}

function select(index, { focus = true } = {}) {
  const all = links();
  const link = all[Math.max(0, Math.min(index, all.length - 1))];
  if (!link) return;
  const moved = link.getAttribute("aria-current") !== "true" || answer()?.hasAttribute("data-whole");
  for (const other of all) other.toggleAttribute("aria-current", false);
  link.setAttribute("aria-current", "true");
  const hit = link.closest(".hit");
  hit.scrollIntoView({ block: "nearest" });
  if (focus) link.focus({ preventScroll: true });
  if (!moved) return;
  if (hit.dataset.slug) read(hit.dataset.slug, hit.dataset);
  else put(Object.assign(document.createElement("p"), { className: "desk-hint", textContent: words.opens }));
}

/** Out of box and strip, to the hit being read: letters and digits act from here. */
function toList() {
  if (links().length) select(Math.max(0, selected()));
  else pane.focus({ preventScroll: true });
}

function toBox() {
  box.focus();
  box.select();
}

// Typing

let shown = box.value.trim();
let timer;

const address = () => `/desk/hits?${new URLSearchParams({
  q: box.value.trim(), lang: form.elements.lang.value, ...(form.elements.all.checked && { all: 1 }),
})}`;

async function look({ again = false } = {}) {
  const query = box.value.trim();
  if (query === shown && !again) return;
  const url = address();
  try {
    const content = parsed(await fetchHits(url));
    if (url !== address()) return;
    const { generation } = content.firstElementChild.dataset;
    if (look.generation && look.generation !== generation) for (const kept of [fetchHits, fetchAnswer]) kept.forget();
    look.generation = generation;
    shown = query;
    read.wanted = "";
    const first = content.querySelector("[data-first]");
    first.remove();
    list.replaceChildren(content);
    list.scrollTop = 0;
    put(first.content);
    send("kb:announce", list.querySelector("[data-results]").dataset.status);
  } catch (error) {
    if (error.name !== "AbortError") failed(error);
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(look, DEBOUNCE);
}

/** What was typed a moment ago counts: an arrow or Enter does not wait for the pause. */
async function settled() {
  clearTimeout(timer);
  await look();
}

box.addEventListener("input", (event) => { if (!event.isComposing) soon(); });
box.addEventListener("compositionend", soon);
form.elements.all.addEventListener("change", () => look({ again: true }));
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  await settled();
  toList();
  open();
});
box.addEventListener("keydown", async (event) => {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "ArrowDown" || event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    await settled();
    toList();
  } else if (event.key === "ArrowUp") {
    event.preventDefault();
    select(selected() - 1, { focus: false });
  }
});
window.addEventListener("focus", () => { if (!document.querySelector("dialog[open]")) toBox(); });

// Acting

/** The whole article beside the list; what the desk can't show opens in a tab of its own. */
function open() {
  const link = links()[selected()];
  const hit = link?.closest(".hit");
  if (hit && !hit.dataset.slug) window.open(link.href, "_blank", "noopener");
  else if (answer() && !answer().hasAttribute("data-whole")) read(answer().dataset.slug, { whole: true });
}

async function other(lang) {
  const { slug } = answer()?.dataset ?? {};
  form.elements.lang.value = lang;
  for (const link of desk.querySelectorAll("[data-desk-lang]")) {
    if (link.dataset.deskLang === lang) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const place = selected();
  await look({ again: true });
  if (slug && answer()?.dataset.slug !== slug) select(place, { focus: document.activeElement !== box });
}

function nextCall() {
  wipe();
  box.value = "";
  for (const kept of [fetchHits, fetchAnswer]) kept.forget();
  look({ again: true });
  toBox();
  send("kb:toast", words.next);
}

function scroll(step) {
  const inside = pane.scrollHeight > pane.clientHeight && getComputedStyle(pane).overflowY === "auto";
  const target = inside ? pane : document.scrollingElement;
  target.scrollBy({ top: step * target.clientHeight * .8 });
}

const copy = (number, lang) => send("kb:copy-line", { number, lang });
const act = {
  ArrowDown: () => select(selected() + 1),
  ArrowUp: () => (selected() > 0 ? select(selected() - 1) : toBox()),
  Enter: open,
  Escape: () => (answer()?.hasAttribute("data-whole") ? select(selected()) : toBox()),
  PageDown: () => scroll(1),
  PageUp: () => scroll(-1),
  " ": () => scroll(1),
  "/": toBox,
  c: () => copy(1, "zh"),
  e: () => copy(1, "en"),
  l: () => other(form.elements.lang.value === "zh" ? "en" : "zh"),
  n: nextCall,
  o: () => pane.querySelector("[data-open]")?.click(),
  v: toStrip,
};
act.j = act.ArrowDown;
act.k = act.ArrowUp;
for (let n = 1; n <= 9; n += 1) act[n] = () => copy(n, answer()?.dataset.lang ?? "");

document.addEventListener("kb:key", (event) => {
  const { key, target } = event.detail;
  const control = target.closest?.("button, summary, a") && !target.closest(".hit h2");
  if (!act[key] || (control && (key === "Enter" || key === " "))) return;
  event.preventDefault();
  act[key]();
});

desk.querySelector("[data-next-call]").addEventListener("click", nextCall);
desk.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const index = links().indexOf(link);
  const page = /^\/(?:articles|handbook)\/([a-z0-9-]+)$/.exec(link.pathname);
  if (link.dataset.deskLang) other(link.dataset.deskLang);
  else if (index >= 0 && link.closest(".hit").dataset.slug) {
    if (index === selected()) open();
    else select(index);
  } else if (link.hasAttribute("data-whole-link") || (page && !link.hasAttribute("data-open") && link.origin === location.origin)) {
    read(page[1], { whole: true });
  } else {
    link.target = "_blank"; // leaving the page would end the call
    return;
  }
  event.preventDefault();
});
