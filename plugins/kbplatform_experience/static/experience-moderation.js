// The queue without the mouse: j/k move, digits choose a reason, s shows, h hides, d declines.

const cases = () => [...document.querySelectorAll("[data-case]")];
const current = () => document.activeElement?.closest("[data-case]") ?? cases()[0];
const doing = { s: "show", h: "hide", d: "decline" };

function move(step) {
  const all = cases();
  const at = all.indexOf(document.activeElement?.closest("[data-case]"));
  const next = all[at < 0 ? 0 : Math.max(0, Math.min(at + step, all.length - 1))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.documentElement.dataset.keys === "off" || document.querySelector("dialog[open]")) return;
  if (event.target.closest?.("input:not([type=radio]), textarea, select")) return;
  const step = { j: 1, k: -1 }[event.key];
  const reason = /^[1-9]$/.test(event.key) && current()?.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
  const button = event.key in doing && current()?.querySelector(`button[value=${doing[event.key]}]`);
  if (step) move(step);
  else if (reason) {
    current().focus();
    reason.checked = true;
  } else if (button) button.form.requestSubmit(button);
  else return;
  event.preventDefault();
});

const first = document.querySelector(".field-error")?.closest("[data-case]") ?? cases()[0];
first?.focus({ preventScroll: !document.querySelector(".field-error") });
