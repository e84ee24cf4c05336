// An attempt in the browser: each answer is saved as it is given, in order, also after a while without a connection; the clock is the
// server's; everything works by keyboard. Without this script the same form is sent page by page.

import { forget, Outbox } from "./quizzes-outbox.js";
import { call, pageOf, why } from "./quizzes-line.js";
import { startClock } from "./quizzes-clock.js";
import { startKeys } from "./quizzes-keys.js";

const REST = 800; // milliseconds without a key until a text is saved
const RETRY = 5000;
const form = document.querySelector("[data-attempt]");
const words = form.dataset;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const outbox = new Outbox(words.attempt);
const revs = new Map(); // question → the highest number sent or seen
const timers = new Map();
const busy = new Map(); // question → the request under way
const note = document.querySelector("[data-note]");
let trouble = ""; // "offline" or "signed-out" while nothing can be saved
let ended = false;

const question = (position) => form.querySelector(`[data-question="${position}"]`);
const ownFields = /^(q\d|sure)/;
const controls = (fieldset) => [...fieldset.querySelectorAll("input, select, textarea")].filter((c) => /^q\d/.test(c.name));
const link = (position) => document.querySelector(`[data-to="${position}"]`);
const positionOf = (element) => Number(element.closest("[data-question]").dataset.question);

// ------------------------------------------------------------------ what a question holds

function read(fieldset) {
  const sent = {};
  for (const control of controls(fieldset)) {
    const on = control.type === "radio" || control.type === "checkbox" ? control.checked : control.value !== "";
    if (on) (sent[control.name] ??= []).push(control.value);
  }
  const sure = fieldset.querySelector("[name^=sure]:checked")?.value;
  return { sent, sure: sure === undefined ? null : sure === "1" };
}

function write(fieldset, { sent, sure }) {
  for (const control of controls(fieldset)) {
    const values = sent[control.name] ?? [];
    if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
    else control.value = values[0] ?? "";
  }
  for (const radio of fieldset.querySelectorAll("[name^=sure]")) radio.checked = sure !== null && radio.value === (sure ? "1" : "0");
}

/** What was answered, in the words of the page. */
function said(fieldset, sent) {
  const parts = controls(fieldset).flatMap((control) => {
    const values = sent[control.name] ?? [];
    if (control.type === "radio" || control.type === "checkbox") return values.includes(control.value) ? [control.labels[0].textContent.trim()] : [];
    if (control.tagName === "SELECT") return values.length ? [control.options[Number(values[0]) + 1]?.textContent ?? ""] : [];
    return values.map((value) => (value.length > 200 ? `${value.slice(0, 200)}…` : value));
  });
  return parts.join(" · ") || words.nothing;
}

function state(position, text) {
  const place = question(position)?.querySelector("[data-state]");
  if (place && place.textContent !== text) place.textContent = text;
}

function problem(position, ...parts) {
  const fieldset = question(position);
  if (!fieldset) return; // its page has not come along yet; what was typed is kept, and told there
  const place = fieldset.querySelector("[data-error]");
  place.hidden = !parts.length;
  place.replaceChildren(...parts);
  if (parts.length) fieldset.setAttribute("aria-describedby", place.id);
  else fieldset.removeAttribute("aria-describedby");
}

function answered(position, done) {
  const there = link(position);
  there.classList.toggle("is-done", done);
  label(position);
  const all = document.querySelectorAll("[data-to]");
  const n = [...all].filter((a) => a.classList.contains("is-done")).length;
  document.querySelector("[data-summary]").textContent = fill(words.counted, { n, all: all.length });
}

function label(position) {
  const there = link(position);
  const told = [there.classList.contains("is-done") ? words.done : words.open, ...(there.classList.contains("is-marked") ? [words.marked] : [])];
  there.querySelector(".sr-only").textContent = ` ${told.join(", ")}`;
}

// ------------------------------------------------------------------ saving

function changed(position, rest) {
  const held = read(question(position));
  outbox.put(position, { ...held, rev: (revs.get(position) ?? 0) + 1 });
  state(position, trouble ? words.waiting : words.saving);
  tell();
  clearTimeout(timers.get(position));
  timers.set(position, setTimeout(() => save(position), rest));
}

/** Send what is kept of a question; a request at a time. True where nothing is left to send. */
async function save(position) {
  clearTimeout(timers.get(position));
  if (busy.has(position)) await busy.get(position);
  const entry = outbox.get(position);
  if (!entry) return true;
  revs.set(position, Math.max(entry.rev, revs.get(position) ?? 0));
  const request = call("PUT", `/answers/${position}`, entry);
  busy.set(position, request);
  const answer = await request;
  busy.delete(position);
  return taken(position, entry, answer);
}

function taken(position, entry, { status, body }) {
  if (status === 0 || status === 401 || status >= 500) {
    state(position, words.waiting);
    troubled(status === 401 ? "signed-out" : "offline");
    return false;
  }
  troubled("");
  if (status === 200) {
    clock?.set(body.seconds_left);
    revs.set(position, Math.max(body.rev, revs.get(position)));
    if (outbox.get(position) !== entry) return save(position); // somebody wrote on meanwhile
    outbox.drop(position);
    const time = new Date().toLocaleTimeString("sv", { hour: "2-digit", minute: "2-digit" });
    state(position, body.problem ? words.half : fill(words.saved, { t: time }));
    problem(position, ...(body.problem ? [body.problem] : []));
    answered(position, body.answered);
    return true;
  }
  if (body.code === "stale") elsewhere(position, body.now);
  else if (status === 409) closed(body);
  else problem(position, why(body) || words.waiting);
  state(position, words.waiting);
  return false;
}

/** Another tab or device was first: both texts are shown, and nothing is decided for them. */
function elsewhere(position, now) {
  const fieldset = question(position);
  if (!fieldset) return;
  const mine = read(fieldset);
  revs.set(position, now.rev);
  const keep = button(words.keep, () => { problem(position); changed(position, 0); });
  const take = button(words.take, () => {
    outbox.drop(position);
    write(fieldset, now);
    problem(position);
    state(position, fill(words.saved, { t: "" }).trim());
    answered(position, now.answered);
    tell();
  });
  problem(position, `${fill(words.elsewhere, { other: said(fieldset, now.sent), own: said(fieldset, mine.sent) })} `, keep, " ", take);
}

function button(text, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: text });
  made.addEventListener("click", act);
  return made;
}

/** The attempt takes no answers: paused in another tab, or over. */
async function closed({ detail }) {
  const { status, body } = await call("GET", "");
  if (status === 200 && body.state === "going") return;
  const on = Object.assign(document.createElement("a"), { href: words.here, textContent: words.closed });
  note.replaceChildren(`${detail ?? ""} `, on);
  note.hidden = false;
}

function troubled(kind) {
  if (trouble !== kind) {
    trouble = kind;
    if (kind) setTimeout(retry, RETRY);
  }
  tell();
}

/** The banner: how many answers wait on this device, and why. */
function tell() {
  if (trouble) {
    const text = fill(trouble === "offline" ? words.offline : words.signedOut, { n: outbox.size });
    if (note.firstChild?.textContent !== text) {
      const way = Object.assign(document.createElement("a"), { href: `/sign-in?next=${encodeURIComponent(words.here)}`, target: "_blank", textContent: words.signIn });
      note.replaceChildren(text, ...(trouble === "signed-out" ? [" ", way] : []));
    }
    note.hidden = false;
  } else if (!ended && note.firstChild && !note.querySelector(`[href="${words.here}"]`)) {
    note.hidden = true;
    note.replaceChildren();
  }
}

async function retry() {
  if (!trouble) return;
  await flush();
  if (trouble && !outbox.size && (await call("GET", "")).status === 200) troubled("");
  if (trouble) setTimeout(retry, RETRY);
}

/** Everything that waits, in the order of the questions. True where nothing is left. */
async function flush() {
  for (const position of outbox.positions) {
    if (!await save(position) && trouble) break;
  }
  for (const position of outbox.marks.keys()) {
    if (!await sendMark(position)) break;
  }
  return outbox.size === 0;
}

// ------------------------------------------------------------------ pages of questions

const sheets = () => [...form.querySelectorAll("[data-sheet]")];
const sheetOf = (position) => question(position)?.closest("[data-sheet]");

function show(sheet) {
  for (const other of sheets()) other.hidden = other !== sheet;
  const page = Number(sheet.dataset.sheet);
  form.elements.page.value = page;
  form.querySelector('[data-step="-1"]').hidden = page === 1;
  form.querySelector('[data-step="1"]').hidden = page === Number(words.pages);
  form.querySelector("[data-finish]").classList.toggle("btn-primary", page === Number(words.pages));
  history.replaceState(null, "", `?page=${page}&lang=${words.lang}`);
}

/** Go to a question; false where its page has not come yet. */
function visit(position) {
  const fieldset = question(position);
  if (!fieldset) return false;
  show(sheetOf(position));
  fieldset.focus();
  fieldset.scrollIntoView({ block: "start" });
  return true;
}

/** The other pages come along while there is a connection, to go on without one. */
async function gather() {
  for (let page = 1; page <= Number(words.pages); page += 1) {
    if (page === Number(words.page)) continue;
    const sheet = (await pageOf(page))?.querySelector("[data-sheet]");
    if (!sheet) return;
    const made = document.importNode(sheet, true);
    made.hidden = true;
    const after = sheets().find((s) => Number(s.dataset.sheet) > page);
    if (after) after.before(made);
    else sheets().at(-1).after(made);
    made.querySelectorAll("[data-question]").forEach(prepare);
  }
}

function prepare(fieldset) {
  const position = positionOf(fieldset);
  const kept = outbox.get(position);
  revs.set(position, Number(fieldset.dataset.rev));
  if (kept && fieldset.dataset.kind !== "scenario") {
    write(fieldset, kept);
    state(position, words.waiting);
  }
  marked(position, outbox.marks.get(position) ?? fieldset.querySelector("[data-mark]").getAttribute("aria-pressed") === "true");
}

function marked(position, on) {
  question(position).querySelector("[data-mark]").setAttribute("aria-pressed", on);
  link(position).classList.toggle("is-marked", on);
  label(position);
}

/** Tell the server what is to be come back to; false where it can't be told now. */
async function sendMark(position) {
  const on = outbox.marks.get(position);
  if (on === undefined) return true;
  const { status } = await call("PUT", `/marks/${position}`, { marked: on });
  if (status === 0 || status === 401 || status >= 500) {
    troubled(status === 401 ? "signed-out" : "offline");
    return false;
  }
  if (outbox.marks.get(position) === on) outbox.settle(position);
  return true;
}

/** A choice in a role-play is sent at once; what the caller says to it comes back. */
async function choose(choice) {
  const position = positionOf(choice);
  if (busy.has(position)) return;
  const rev = (revs.get(position) ?? 0) + 1;
  const request = call("PUT", `/answers/${position}`, { sent: { [choice.name]: [choice.value] }, sure: null, rev });
  busy.set(position, request);
  const { status, body } = await request;
  const document_ = status === 200 || status === 409 ? await pageOf(sheetOf(position).dataset.sheet) : null;
  busy.delete(position);
  const fresh = document_?.getElementById(`q${position}`);
  if (status === 401) troubled("signed-out");
  if (!fresh) {
    problem(position, status === 409 ? body.detail : words.later);
    return;
  }
  troubled("");
  question(position).replaceWith(document.importNode(fresh, true));
  prepare(question(position));
  answered(position, true);
  clock?.set(body.seconds_left);
  const next = question(position).querySelector("[aria-current=step], [data-ended]");
  next.tabIndex = -1;
  next.focus();
}

async function handIn() {
  if (ended) return;
  ended = true;
  note.textContent = words.over;
  note.hidden = false;
  await flush();
  const { status } = await call("POST", "/submit", {});
  ended = status === 200 || status === 409;
  if (ended) {
    forget(words.attempt);
    location.assign(`${words.here}/result?lang=${words.lang}`);
  } else {
    troubled(status === 401 ? "signed-out" : "offline");
    setTimeout(handIn, RETRY);
  }
}

// ------------------------------------------------------------------ what people do

form.addEventListener("input", ({ target }) => {
  if (ownFields.test(target.name)) changed(positionOf(target), target.matches("textarea, input:not([type=radio], [type=checkbox])") ? REST : 0);
});
form.addEventListener("focusout", ({ target }) => {
  if (target.closest("[data-question]") && outbox.get(positionOf(target)) && !trouble) save(positionOf(target));
});
form.addEventListener("click", async (event) => {
  const { target } = event;
  const flag = target.closest("[data-flag]");
  if (flag) {
    event.preventDefault();
    const note_ = flag.parentElement.querySelector("[name=note]").value;
    const { status, body } = await call("POST", "/api/v1/p/quizzes/flags", { question: Number(flag.dataset.flag), note: note_ });
    if (status === 201) flag.closest("details").replaceChildren(Object.assign(document.createElement("summary"), { textContent: words.thanks }));
    else problem(positionOf(flag), why(body) || words.waiting);
    return;
  }
  const toggle = target.closest("[data-mark]");
  if (!toggle) return;
  event.preventDefault();
  const position = positionOf(toggle);
  const on = toggle.getAttribute("aria-pressed") !== "true";
  outbox.mark(position, on);
  marked(position, on);
  if (!trouble) sendMark(position);
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const pressed = event.submitter;
  if (pressed?.closest(".call-choices")) return choose(pressed);
  if (pressed?.dataset.step) {
    const page = Number(form.elements.page.value) + Number(pressed.dataset.step);
    const sheet = sheets().find((s) => Number(s.dataset.sheet) === page);
    if (sheet) return visit(positionOf(sheet.querySelector("[data-question]")));
    if (await flush()) location.assign(`${words.here}?page=${page}&lang=${words.lang}`);
    return undefined;
  }
  const clear = await flush();
  if (clear && pressed?.hasAttribute("data-pause")) {
    const { status } = await call("POST", "/pause", {});
    if (status === 200 || status === 409) location.reload();
    else troubled(status === 401 ? "signed-out" : "offline");
    return undefined;
  }
  if (clear && pressed?.hasAttribute("data-finish")) location.assign(`${words.here}/submit?lang=${words.lang}`);
  const wrong = form.querySelector("[data-error]:not([hidden])");
  if (clear || trouble) return undefined;
  const missing = outbox.positions.find((position) => !question(position));
  if (wrong) visit(positionOf(wrong));
  else if (missing !== undefined) location.assign(link(missing).href);
  return undefined;
});
document.querySelector(".attempt-map").addEventListener("click", (event) => {
  const to = event.target.closest("[data-to]");
  if (to && visit(Number(to.dataset.to))) event.preventDefault();
});
window.addEventListener("online", () => { if (trouble) flush(); });
window.addEventListener("focus", () => { if (trouble) flush(); });
window.addEventListener("pagehide", () => {
  for (const position of ended ? [] : outbox.positions) call("PUT", `/answers/${position}`, outbox.get(position), { keepalive: true, again: false });
});

for (const fieldset of form.querySelectorAll("[data-question]")) prepare(fieldset);
answered(0, link(0).classList.contains("is-done"));
const clock = startClock(form, { over: handIn, left: (seconds) => call("POST", "/left", { seconds }, { keepalive: true }) });
startKeys(form, visit);
document.querySelector("[data-problems]")?.focus();
flush().then(gather).then(flush); // again for what waited for a page that came along
