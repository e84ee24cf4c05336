// Shortcuts of one character. Off while someone writes, composes or holds a modifier, and off for
// good where the reader has switched them off (WCAG 2.1.4). Moving through hits is in search.js.

const words = document.getElementById("words").dataset;
const help = document.getElementById("help");
let leader = 0; // when "g" was pressed

const writing = (target) => target.closest?.("input, textarea, select, [contenteditable]") !== null;

function focusSearch() {
  const box = document.querySelector("[data-search-form] input[type=search]");
  box?.focus();
  box?.select();
}

function copyLine(number) {
  const face = [...document.querySelectorAll("[data-face]")].find((element) => element.offsetParent !== null);
  const button = face?.querySelectorAll(".copy")[number - 1];
  if (button) button.click();
  else document.dispatchEvent(new CustomEvent("kb:toast", { detail: words.noLine }));
}

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
  if (document.documentElement.dataset.keys === "off") return;
  const action = /^[1-9]$/.test(event.key) ? () => copyLine(Number(event.key)) : actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
