// The call desk: type, read, copy, next call, all from the keyboard.

import { ask, current, failed, fetcher, hitsIn, isPlain, send } from "./finding.js";
import { strip } from "./strip.js";

const DEBOUNCE = 80;
const desk = document.querySelector("[data-desk]");
const words = { ...document.getElementById("words").dataset, ...desk.dataset };
const form = desk.querySelector("[data-search-form]");
const box = form.elements.q;
const list = desk.querySelector("[data-hits-pane]");
const pane = desk.querySelector("[data-answer-pane]");
const fetchHits = fetcher();
const fetchAnswer = fetcher();
const answer = () => pane.querySelector("[data-answer]");
const forget = () => { fetchHits.forget(); fetchAnswer.forget(); };
const { links, selected, choose } = hitsIn(list);

// The call, and what this browser keeps: names of articles, nothing else.

const newCall = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
let call = newCall();
let counted = new Set();

const RECENT = `kb.recent.${words.person}`;
const PINS = "kb.pins";
const kept = (key) => { try { return JSON.parse(localStorage.getItem(key)) ?? []; } catch { return []; } };
const keep = (key, slugs) => { try { localStorage.setItem(key, JSON.stringify(slugs)); } catch { /* private window */ } };
const remember = (slug) => keep(RECENT, [slug, ...kept(RECENT).filter((s) => s !== slug)].slice(0, 8));

/** Tells the API. Answers what it says, or null with the reason shown at `said` or as a toast. */
async function tell(method, path, body, said) {
  try {
    const response = await fetch(`/api/v1/${path}`, {
      method, headers: { "Content-Type": "application/json", "X-CSRFToken": pane.querySelector("[name=csrf_token]")?.value ?? words.token }, body: JSON.stringify(body),
    });
    const result = await response.json();
    if (response.ok) return result;
    const reason = result.errors?.[0]?.message || result.detail || words.failed;
    if (response.status < 402) send("kb:signed-out"); // 401, or 400 for a token of a session that ended
    else if (said) said.textContent = reason;
    else send("kb:toast", reason);
  } catch (error) {
    failed(error);
    send("kb:toast", words.failed);
  }
  return null;
}

const { fill, wipe, toStrip } = strip(desk, pane, toList);

// Left and right

function put(html) {
  pane.replaceChildren(html);
  pane.scrollTop = 0;
  pane.ariaBusy = null;
  fill();
  send("kb:content", pane);
  // a code names a section: that is where it leads
  if (links()[selected()]?.closest("[data-straight]")) pane.querySelector(".pane-section")?.scrollIntoView({ block: "nearest" });
  const { slug } = answer()?.dataset ?? {};
  if (!slug) return;
  if (counted.has(slug)) pane.querySelector("#use-said").textContent = words.usedBefore;
  if (!words.person) showPin(kept(PINS).includes(slug));
}
const parsed = (html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
};

// Keys wait for what they act on: for the list that is coming, and for the answer to the hit that is
// selected. A key whose list or answer was overtaken, or could not be had, does nothing.
let listed = true;
let pending = true;
const move = (what) => async () => { const mine = listed; if (await mine && mine === listed) await what(); };
const after = (what) => move(async () => {
  const mine = pending;
  if (await mine && mine === pending && document.activeElement.name !== "ticket") what();
});

/** Keys wait for `list`, which says whether it came; where it could not be had, later ones act on what is there. */
function expect(list) {
  const mine = listed = list.then((came) => {
    if (!came && mine === listed) listed = true;
    return came;
  });
}

async function read(slug, { section = "", whole = false } = {}) {
  pane.ariaBusy = "true";
  const mine = pending = fetchAnswer(`/desk/answer?${new URLSearchParams({ slug, lang: form.elements.lang.value, section, ...(whole && { whole }) })}`);
  const html = await mine;
  if (mine !== pending) return;
  pane.ariaBusy = null;
  if (html) {
    put(parsed(html));
    if (whole) remember(slug);
  } else if (answer()?.dataset.slug === slug) pending = true; // less than was asked for, but the same words
  else pane.replaceChildren(); // not the words of the hit before
}

function select(index, { focus = true } = {}) {
  const before = links()[selected()];
  const link = choose(index);
  if (!link) return;
  const moved = link !== before || answer()?.hasAttribute("data-whole") || !answer();
  const hit = link.closest(".hit");
  if (focus) link.focus({ preventScroll: true });
  if (!moved) return;
  pending = true;
  if (hit.dataset.slug) read(hit.dataset.slug, hit.dataset);
  else put(Object.assign(document.createElement("p"), { className: "pane-hint", textContent: words.opens }));
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
  ...(!box.value.trim() && { recent: kept(RECENT), ...(!words.person && { pins: kept(PINS) }) }),
})}`;

/** Whether the list is that of what stands in the box. */
async function look({ again = false } = {}) {
  const query = box.value.trim();
  if (again) shown = null; // whatever overtakes this must not take the old list for its own
  if (query === shown) return true;
  const url = address();
  const html = await fetchHits(url);
  if (!html || url !== address()) return false;
  const content = parsed(html);
  const { generation } = content.firstElementChild.dataset;
  if (look.generation && look.generation !== generation) forget();
  look.generation = generation;
  shown = query;
  pending = true;
  const first = content.querySelector("[data-first]");
  first.remove();
  list.replaceChildren(content);
  list.scrollTop = 0;
  put(first.content);
  send("kb:announce", list.querySelector("[data-results]").dataset.status);
  return true;
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(look, DEBOUNCE);
}

/** Out of the box. What was typed a moment ago counts: an arrow or Enter does not wait for the pause, and the keys after it wait for the list. */
function leave(then = () => {}) {
  clearTimeout(timer);
  pane.focus({ preventScroll: true });
  expect(look().then((found) => {
    if (document.activeElement !== pane) return false; // somebody went elsewhere meanwhile
    if (!found) box.focus();
    else {
      toList();
      then();
    }
    return found;
  }));
}

box.addEventListener("input", (event) => { if (!event.isComposing) soon(); });
box.addEventListener("compositionend", soon);
form.elements.all.addEventListener("change", () => expect(look({ again: true })));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  leave(open);
});
box.addEventListener("keydown", (event) => {
  if (!isPlain(event)) return;
  if (event.key === "ArrowDown" || event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    leave();
  } else if (event.key === "ArrowUp") {
    event.preventDefault();
    select(selected() - 1, { focus: false });
  }
});
// Who comes back with a name for the strip, or a ticket number, stays there: in the box it would be sent.
window.addEventListener("focus", () => { if (!document.querySelector("dialog[open]") && !document.activeElement.matches("[data-var], [name=ticket]")) toBox(); });

// Acting

/** The whole article beside the list; what the desk can't show opens in a tab of its own. */
function open() {
  const link = links()[selected()];
  const hit = link?.closest(".hit");
  if (hit && !hit.dataset.slug) window.open(link.href, "_blank", "noopener");
  else if (answer() && !answer().hasAttribute("data-whole")) read(answer().dataset.slug, { whole: true });
}

function other(lang) {
  const { slug } = answer()?.dataset ?? {};
  const place = selected();
  form.elements.lang.value = lang;
  const tongues = [...desk.querySelectorAll("[data-desk-lang]")];
  current(tongues, tongues.find((link) => link.dataset.deskLang === lang));
  expect(look({ again: true }).then((came) => {
    if (came && slug && answer()?.dataset.slug !== slug) select(place, { focus: document.activeElement !== box });
    return came;
  }));
}

function nextCall() {
  wipe();
  box.value = "";
  call = newCall();
  counted = new Set();
  forget();
  listed = pending = {}; // keys of the call before act no more
  held = null;
  list.replaceChildren();
  put("");
  look({ again: true });
  toBox();
  send("kb:toast", words.next);
}

// What is recorded

/** Copying only hints at it: whether the words helped, the agent says. */
document.addEventListener("kb:copied", () => {
  const said = pane.querySelector("#use-said");
  if (said && !counted.has(answer().dataset.slug)) said.textContent = words.hint;
});

let held; // what is typed after u while the answer, and with it the field, is still to come

async function used() {
  const mine = held = { text: "", sent: false };
  await after(() => {
    const ticket = pane.querySelector("[data-use] [name=ticket]");
    if (mine !== held || !ticket) return;
    ticket.focus();
    if (mine.text) ticket.value = mine.text;
    else ticket.select();
    if (mine.sent) ticket.form.requestSubmit();
  })();
  if (mine === held) held = null;
}

/** Whether `key` belongs into the field that is to come. What moves elsewhere drops it. */
function holds(key) {
  if (!held) return false;
  if (key === "Enter") held.sent = true;
  else if (key === "Backspace") held.text = held.text.slice(0, -1);
  else if (key.length === 1) held.text += key;
  else held = null;
  return Boolean(held);
}

async function record(fields) {
  const said = fields.querySelector("#use-said");
  const [slug, lang, section, ticket] = ["slug", "lang", "section", "ticket"].map((name) => fields.elements[name].value);
  const mine = call;
  const result = await tell("POST", "uses", { slug, lang, section, ticket, call }, said);
  if (mine !== call) return; // the next call has begun
  fields.elements.ticket.ariaInvalid = !result;
  if (!result) return;
  counted.add(slug);
  remember(slug);
  forget();
  said.textContent = result.counted ? words.used : words.usedBefore;
  if (fields.contains(document.activeElement)) toList();
}

function showPin(on) {
  const button = pane.querySelector("[data-pin] button");
  if (button) button.ariaPressed = on;
}

/** Puts a pin at `place` (from 1), or takes it off with 0; without, the other of pinned and not. */
async function pin(slug, place) {
  const button = answer()?.dataset.slug === slug ? pane.querySelector("[data-pin] button") : null;
  const off = place === 0 || (place === undefined && button?.ariaPressed === "true");
  let pins = kept(PINS);
  if (words.person) {
    pins = (await tell(off ? "DELETE" : "PUT", `pins/${slug}`, off ? undefined : { position: place }))?.pins;
    if (!pins) return;
  } else {
    if (!off && !pins.includes(slug) && pins.length >= 20) return void send("kb:toast", words.pinsFull);
    pins = pins.filter((s) => s !== slug);
    if (!off) pins.splice(place ? place - 1 : pins.length, 0, slug);
    keep(PINS, pins);
  }
  forget();
  showPin(pins.includes(slug));
  if (!place) send("kb:toast", off ? words.unpinned : words.pinned);
  if (box.value.trim()) return;
  await look({ again: true });
  const there = links().findIndex((link) => link.closest(".hit").dataset.slug === slug);
  if (document.activeElement !== box) select(Math.max(0, there));
}

/** Moves the pin that is selected in the list, one place up or down. */
function shift(step) {
  const hits = links().map((link) => link.closest(".hit"));
  const hit = hits[selected()];
  if (hit && "pinLine" in hit.dataset) pin(hit.dataset.slug, Math.max(1, hits.indexOf(hit) + 1 + step));
}

desk.addEventListener("submit", (event) => {
  const fields = event.target;
  if (fields === form) return;
  event.preventDefault();
  if (fields.matches("[data-use]")) record(fields);
  else if (fields.matches("[data-ask]")) ask(fields);
  else if (fields.matches("[data-pin]")) pin(fields.elements.slug.value);
  else {
    const slug = fields.elements.slug.value;
    const at = links().findIndex((link) => link.closest(".hit").dataset.slug === slug) + 1;
    pin(slug, { up: Math.max(1, at - 1), down: at + 1, unpin: 0 }[event.submitter.value]);
  }
});
pane.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !isPlain(event) || !event.target.matches("[name=ticket]")) return;
  event.stopPropagation();
  toList();
});

function scroll(step) {
  const inside = pane.scrollHeight > pane.clientHeight && getComputedStyle(pane).overflowY === "auto";
  const target = inside ? pane : document.scrollingElement;
  target.scrollBy({ top: step * target.clientHeight * .8 });
}

const copy = (number, lang) => send("kb:copy-line", { number, lang });
const act = {
  ArrowDown: move(() => select(selected() + 1)),
  ArrowUp: move(() => (selected() > 0 ? select(selected() - 1) : toBox())),
  Enter: after(open),
  Escape: () => (answer()?.hasAttribute("data-whole") ? select(selected()) : toBox()),
  PageDown: () => scroll(1),
  PageUp: () => scroll(-1),
  " ": () => scroll(1),
  "/": toBox,
  c: after(() => copy(1, "zh")),
  e: after(() => copy(1, "en")),
  l: () => other(form.elements.lang.value === "zh" ? "en" : "zh"),
  a: move(() => list.querySelector("[data-ask] button")?.click()),
  n: nextCall,
  p: after(() => { const { slug } = answer()?.dataset ?? {}; if (slug) pin(slug); }),
  u: used,
  o: after(() => pane.querySelector("[data-open]")?.click()),
  v: toStrip,
};
act.j = act.ArrowDown;
act.k = act.ArrowUp;
for (let n = 1; n <= 9; n += 1) act[n] = after(() => copy(n, answer()?.dataset.lang ?? ""));

document.addEventListener("kb:key", (event) => {
  const { key, target } = event.detail;
  const control = target.closest?.("button, summary, a, input") && !target.closest(".hit h2");
  if (holds(key)) return void event.preventDefault();
  if (!act[key] || (control && (key === "Enter" || key === " "))) return;
  event.preventDefault();
  if (event.detail.shiftKey && key.startsWith("Arrow")) shift(key === "ArrowUp" ? -1 : 1);
  else act[key]();
});
if (!box.value) look({ again: true }); // pins and recent articles that this browser keeps

document.addEventListener("kb:signed-out", forget); // what is kept holds the tokens of before
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
