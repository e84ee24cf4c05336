// The search page: hits follow the typing, the right half follows the selection.

import { ask, fetcher, hitsIn, isPlain, send } from "./finding.js";

const DEBOUNCE = 80;
const form = document.querySelector("[data-search-form]");
const box = form.querySelector("input[type=search]");
const live = document.querySelector("[data-live]");
const filters = [...document.querySelectorAll("[data-filter]")];
const clear = document.querySelector("[data-clear]");
const wide = matchMedia("(min-width: 1000px)");
const { links: hits, selected, choose } = hitsIn(live);

const fetchResults = fetcher();
const fetchPreview = fetcher();

// Typing

let reading; // the preview that was asked for last
let shown = asked();
let timer;

/** The query and the filters as they stand in the address. */
function asked(more) {
  const fields = { ...Object.fromEntries(new FormData(form)), q: box.value.trim(), ...more };
  return String(new URLSearchParams(Object.entries(fields).filter(([name, value]) => value || name === "q")));
}

function link(selector, more) {
  for (const element of document.querySelectorAll(selector)) element.href = `/search?${asked(more(element))}`;
}

async function update() {
  const address = asked();
  if (address === shown) return;
  const html = await fetchResults(`/search?${address}&fragment=1`);
  if (!html || address !== asked()) return;
  shown = address;
  reading = null;
  live.innerHTML = html;
  history.replaceState(null, "", `/search?${address}`);
  link("[data-other-lang]", ({ lang }) => ({ lang: lang === "en" ? "en" : "zh" }));
  link("[data-clear]", () => Object.fromEntries(filters.map(({ name }) => [name, ""])));
  clear.hidden = !filters.some(({ value }) => value);
  send("kb:content", live);
  send("kb:announce", live.querySelector("[data-results]").dataset.status);
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(update, DEBOUNCE);
}
box.addEventListener("input", (event) => { if (!event.isComposing) soon(); });
box.addEventListener("compositionend", soon);
for (const filter of filters) filter.addEventListener("change", update);
form.addEventListener("submit", (event) => {
  const current = hits()[selected()];
  const next = asked() !== shown ? null : wide.matches && current ? () => location.assign(current.href) : askButton() && (() => askButton().focus());
  if (!next) return;
  event.preventDefault();
  next();
});

document.addEventListener("kb:signed-out", () => location.assign(`/search?${asked()}`)); // by way of signing in

// Asking for what was not found

const askButton = () => live.querySelector("[data-ask] button");
live.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-ask]")) return;
  event.preventDefault();
  ask(event.target);
});

// Moving and reading beside the list

async function select(index, { announce = true } = {}) {
  const link = choose(index);
  if (!link) return;
  if (announce) send("kb:announce", link.textContent.trim());
  if (!wide.matches) return;
  const pane = live.querySelector("[data-preview-pane]");
  const { preview } = link.closest(".hit").dataset;
  reading = null;
  pane.ariaBusy = null;
  if (!preview) return void pane.replaceChildren(); // no article: nothing to read here
  pane.ariaBusy = "true";
  const mine = reading = fetchPreview(preview);
  const html = await mine;
  if (mine !== reading) return;
  pane.innerHTML = html ?? ""; // not the words of the hit before
  pane.scrollTop = 0;
  pane.ariaBusy = null;
  send("kb:content", pane);
}

// What copies waits for the preview of the hit that is selected.
document.addEventListener("kb:key", async (event) => {
  const { key } = event.detail;
  if (!reading || !/^[c1-9]$/.test(key)) return;
  event.preventDefault();
  const mine = reading;
  if (await mine && mine === reading) send("kb:copy-line", { number: Number(key) || 1 });
});

document.addEventListener("keydown", (event) => {
  if (!isPlain(event) || document.getElementById("help").open) return;
  const inBox = event.target === box;
  if (!inBox && event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  const letters = !inBox && document.documentElement.dataset.keys !== "off";
  const down = event.key === "ArrowDown" || (letters && event.key === "j");
  const up = event.key === "ArrowUp" || (letters && event.key === "k");
  if (letters && event.key === "a" && askButton()) {
    event.preventDefault();
    askButton().click();
  } else if ((down || up) && hits().length) {
    event.preventDefault();
    select(selected() + (down ? 1 : -1));
  } else if (event.key === "Enter" && event.target === document.body) {
    hits()[selected()]?.click();
  }
});

live.addEventListener("click", (event) => {
  const link = event.target.closest(".hit h2 a");
  if (!link || !wide.matches || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (event.detail === 0 || link.ariaCurrent) return; // from the keyboard, or already read here
  event.preventDefault();
  select(hits().indexOf(link), { announce: false });
});
