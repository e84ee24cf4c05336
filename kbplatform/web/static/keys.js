// Shortcuts of one character. Off while someone writes, composes or holds a modifier, and off for
// good where the reader has switched them off (WCAG 2.1.4). Moving through hits is in search.js.

const words = document.getElementById("words").dataset;
const help = document.getElementById("help");
let leader = 0; // when "g" was pressed

const writing = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;

function focusSearch() {
  const box = document.querySelector("[data-search-form] input[type=search]");
  box?.focus();
  box?.select();
}

/** Copies the n-th line of the words to say in `lang`, or of those in sight. */
function copyLine(number, lang) {
  const faces = [...document.querySelectorAll("[data-face]")];
  const face = faces.find((element) => (lang ? element.lang.startsWith(lang) : element.offsetParent !== null));
  const button = face?.querySelectorAll(".copy")[number - 1];
  if (button) button.click();
  else document.dispatchEvent(new CustomEvent("kb:toast", { detail: words.noLine }));
}
document.addEventListener("kb:copy-line", ({ detail }) => copyLine(detail.number, detail.lang));

const follow = (selector) => document.querySelector(selector)?.click();

const actions = {
  "/": focusSearch,
  "?": () => help.showModal(),
  c: () => copyLine(1),
  l: () => follow("[data-other-lang]"),
  g: () => { leader = Date.now(); },
  h: () => { if (Date.now() - leader < 1200) follow("[data-home]"); },
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "Escape" && event.target.matches?.("input[type=search]")) {
    event.target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || help.open || writing(event.target)) return;
  if (event.key.length === 1 && document.documentElement.dataset.keys === "off") return;
  // A page may take a key for itself: the call desk does.
  const free = document.dispatchEvent(new CustomEvent("kb:key", { detail: event, cancelable: true }));
  const action = /^[1-9]$/.test(event.key) ? () => copyLine(Number(event.key)) : actions[event.key];
  if (free && !action) return;
  event.preventDefault();
  if (free) action();
});
