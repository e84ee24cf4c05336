/* A slide by keyboard, or by the clicker of a projector, which sends PageDown and PageUp: each key follows a link of the page. */

const ways = {
  ArrowRight: "[data-following]", ArrowDown: "[data-following]", PageDown: "[data-following]", " ": "[data-following]",
  ArrowLeft: "[data-before]", ArrowUp: "[data-before]", PageUp: "[data-before]", Escape: "[data-end]",
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.target.closest("input, select, textarea, dialog") || document.querySelector("dialog[open]")) return;
  if (event.key === " " && event.target.closest("a, button")) return;
  if (event.key.startsWith("Arrow") && event.key !== "ArrowLeft" && event.key !== "ArrowRight" && document.documentElement.scrollHeight > innerHeight) return;
  const link = document.querySelector(ways[event.key] ?? "[data-none]");
  if (!link) return;
  event.preventDefault();
  link.click();
});
