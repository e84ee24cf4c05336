// A copy button on every line to say. Works over plain http, where navigator.clipboard is missing.

const words = document.getElementById("words").dataset;
const template = document.getElementById("copy-button");
const tell = (text) => document.dispatchEvent(new CustomEvent("kb:toast", { detail: text }));

/** The line as the reader sees it: call variables keep their brackets until they are filled. */
function spoken(line) {
  const copy = line.cloneNode(true);
  for (const slot of copy.querySelectorAll(".slot:not(.filled)")) slot.textContent = `[${slot.textContent}]`;
  return copy.textContent.replace(/\s+/g, " ").trim();
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    const focused = document.activeElement;
    area.className = "offscreen";
    area.value = text;
    area.readOnly = true;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    focused?.focus?.({ preventScroll: true });
    return done;
  }
}

async function copyLine(button, line) {
  if (button.ariaDisabled) {
    tell(words.unset);
    return;
  }
  const text = spoken(line);
  if (!await toClipboard(text)) {
    tell(words.copyFailed);
    return;
  }
  tell(words.copied.replace("{line}", () => text));
  document.dispatchEvent(new CustomEvent("kb:copied"));
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 1600);
}

function equip(item) {
  const line = document.createElement("span");
  line.className = "line";
  line.append(...item.childNodes);
  const button = template.content.firstElementChild.cloneNode(true);
  line.id ||= `line-${Math.random().toString(36).slice(2, 8)}`;
  button.setAttribute("aria-describedby", line.id);
  if (line.querySelector(".fact-unset")) {
    button.ariaDisabled = "true";
    button.title = words.unset;
  }
  button.lang = document.documentElement.lang;
  button.addEventListener("click", () => copyLine(button, line));
  item.append(line, button);
}

function equipAll(within) {
  for (const item of within.querySelectorAll("[data-face] .say li:not(:has(> .copy))")) equip(item);
}

document.addEventListener("kb:content", ({ detail }) => equipAll(detail));
equipAll(document);

// A button that copies the text of another element: a token, recovery codes, a link.
for (const button of document.querySelectorAll("[data-copy-text]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.querySelector(button.dataset.copyText).innerText.trim();
    tell(await toClipboard(text) ? words.copied.replace("{line}", () => text.slice(0, 80)) : words.copyFailed);
  });
}
