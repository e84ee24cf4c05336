// Writing a question: rows come and go without leaving the page, and what is wrong is said while one types.
//
// The server does all of it: buttons post the form as they would without this module and get its new controls back.

const PAUSE = 500;
const form = document.querySelector("[data-edit]");
const beside = document.querySelector("[data-beside]");
const send = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const left = new Set(); // fields that somebody has been in: what they have not come to yet is not wrong
let timer;
let request;
let unsaved = false;

/** Post the form as the button would; undefined where no answer came or another one was asked for meanwhile. */
async function ask(what, read) {
  request?.abort();
  const mine = request = new AbortController();
  const body = new URLSearchParams(new FormData(form));
  body.set("do", what);
  body.set("live", "1");
  try {
    const response = await fetch(location.href, { method: "POST", body, signal: mine.signal });
    if (response.redirected || /sign-in/.test(response.url)) {
      send("kb:signed-out");
      return undefined;
    }
    const answer = response.ok ? await response[read]() : undefined;
    send("kb:online");
    return mine === request ? answer : undefined;
  } catch (error) {
    if (error instanceof TypeError) {
      send("kb:offline");
      send("kb:toast", form.dataset.offline);
    }
    return undefined;
  }
}

const fieldOf = (node) => node.closest("[data-field]");
const within = (path) => [...left].some((name) => name === path || name.startsWith(`${path}.`));

function mark(field, words) {
  const path = field.dataset.field;
  const id = `e-${path}`;
  let note = [...field.children].find((child) => child.matches(".field-error"));
  const controls = field.matches(".field") ? field.querySelectorAll("input, select, textarea") : [];
  for (const control of controls) {
    if (words) {
      control.setAttribute("aria-invalid", "true");
      control.setAttribute("aria-describedby", id);
    } else {
      control.removeAttribute("aria-invalid");
      control.removeAttribute("aria-describedby");
    }
  }
  if (!words) {
    note?.remove();
    return;
  }
  if (!note) {
    note = Object.assign(document.createElement("p"), { className: "field-error", id });
    const legend = field.querySelector(":scope > legend");
    if (legend) legend.after(note);
    else field.append(note);
  }
  if (note.textContent !== words) note.textContent = words;
}

async function check() {
  const answer = await ask("check", "json");
  if (!answer) return;
  const { problems, beside: html } = answer;
  for (const field of form.querySelectorAll('[data-field]:not([data-field=""])')) {
    const path = field.dataset.field;
    const words = [path, `${path}.zh`, `${path}.en`].map((name) => problems[name]).filter(Boolean).join(" ");
    mark(field, within(path) ? words : "");
  }
  if (beside.innerHTML !== html) beside.innerHTML = html;
}

function soon() {
  unsaved = true;
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE);
}

/** The button to go on with after a row was moved: the same one of that row, or its counterpart at an end. */
function mover(row, verb) {
  const buttons = ["up", "down"].map((name) => row?.querySelector(`:scope > .qe-tools [value^="${name}:"]`));
  const same = buttons[verb === "up" ? 0 : 1];
  return same?.disabled ? buttons[verb === "up" ? 1 : 0] : same;
}

async function change(button) {
  clearTimeout(timer);
  const [verb] = button.value.split(":");
  form.inert = true; // nothing is typed into what is about to be replaced
  const html = await ask(button.value, "text");
  form.inert = false;
  if (!html) {
    button.focus();
    return;
  }
  unsaved = true;
  const fresh = new DOMParser().parseFromString(html, "text/html");
  form.replaceChildren(...fresh.body.childNodes);
  const at = form.querySelector("[autofocus]");
  const row = at?.closest(".qe-row");
  const next = (verb === "up" || verb === "down" ? mover(row, verb) : at) ?? form.querySelector(`[value="${CSS.escape(button.value)}"]`) ?? form.querySelector(".qe-add");
  next?.focus();
  const legend = row?.querySelector(":scope > legend");
  if (legend) send("kb:announce", legend.textContent);
  timer = setTimeout(check, PAUSE);
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=do]");
  if (!button || button.value === "save") return;
  event.preventDefault();
  if (button.value === "look") {
    for (const field of form.querySelectorAll("[data-field]")) left.add(field.dataset.field);
    check();
  } else {
    change(button);
  }
});
form.addEventListener("input", (event) => { if (!event.isComposing) soon(); });
form.addEventListener("compositionend", soon);
form.addEventListener("change", (event) => {
  const select = event.target.closest("[data-apply]");
  if (select) change({ value: `apply:${select.name}`, focus: () => select.focus() });
});
form.addEventListener("focusout", (event) => {
  const field = fieldOf(event.target);
  if (field && event.target.matches("input, select, textarea")) left.add(field.dataset.field);
});
form.addEventListener("submit", () => { unsaved = false; });
window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

if (!beside.querySelector(".qe-face")) check();

// After a failed save everything was looked at, and the first place that is wrong is where to go on.
if (form.querySelector("[role=alert]")) {
  unsaved = true;
  for (const field of form.querySelectorAll("[data-field]")) left.add(field.dataset.field);
  form.querySelector('[aria-invalid="true"]')?.focus();
}
