// Content gaps without the mouse: j/k move through the list, letters go to the forms of one gap.

import { isPlain } from "./finding.js";

const rows = () => [...document.querySelectorAll("[data-rows] h2 a")];
const forms = { a: "answer", d: "decline", m: "merge" };

document.addEventListener("keydown", (event) => {
  if (!isPlain(event) || document.documentElement.dataset.keys === "off" || document.getElementById("help").open) return;
  if (event.target.closest?.("input:not([type=radio]), textarea, select")) return;
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  const radio = event.target.matches?.("input[type=radio]");
  const links = rows();
  if (step && links.length && !radio) {
    event.preventDefault();
    const at = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(at + step, links.length - 1))].focus();
  } else if (event.key in forms) {
    const form = document.getElementById(forms[event.key]);
    if (!form) return;
    event.preventDefault();
    form.querySelector("input:not([type=hidden]), textarea").focus();
  } else if (event.key === "u") {
    document.querySelector("[data-back]")?.click();
  }
});
