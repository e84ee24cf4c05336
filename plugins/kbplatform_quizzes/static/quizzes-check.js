// Three questions, answered inside the box beside the article. Without scripts the same link opens a page of its own.

const box = document.querySelector("[data-check]");

/** The part of a page of practice that fits into the box, with its result as a remark that is read out. */
function fitted(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const part = page.querySelector("[data-check-here]");
  if (!part) throw new Error("not a page of practice");
  part.querySelectorAll("[data-elsewhere]").forEach((link) => link.remove());
  if (part.dataset.checkHere === "marked") {
    const score = document.createElement("p");
    score.className = "question-stem";
    score.tabIndex = -1;
    score.textContent = page.querySelector("h1").textContent;
    part.prepend(score);
  }
  return document.importNode(part, true);
}

/** Asks for ``url`` and shows what comes; ``instead`` is what the browser would have done by itself. */
async function show(url, instead, form) {
  if (box.getAttribute("aria-busy")) return;
  box.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(url, form ? { method: "POST", body: new FormData(form) } : {});
    if (!response.ok && response.status !== 422) return instead();
    const part = fitted(await response.text());
    box.replaceChildren(part);
    part.querySelector("[aria-invalid], .question-stem[tabindex], input:not([type=hidden]), select")?.focus({ preventScroll: true });
    box.scrollIntoView({ block: "nearest" });
  } catch {
    box.querySelector("[role=status]")?.remove();
    const told = Object.assign(document.createElement("p"), { className: "field-error", textContent: box.dataset.failed });
    told.setAttribute("role", "status");
    box.append(told);
  } finally {
    box.removeAttribute("aria-busy");
  }
}

if (box) {
  const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: box.dataset.style });
  box.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.pathname.startsWith("/p/quizzes/check/")) {
      event.preventDefault();
      if (!style.isConnected) document.head.append(style);
      show(link.href, () => location.assign(link.href));
    } else if (link.pathname === location.pathname && link.hash) {
      event.preventDefault();
      location.hash = link.hash;
    }
  });
  box.addEventListener("submit", (event) => {
    event.preventDefault();
    show(event.target.action, () => event.target.submit(), event.target);
  });
}
