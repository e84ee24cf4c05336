// Suggestions as you type: the ARIA combobox pattern on every form with data-suggest.

import { fetcher, isPlain, send } from "./finding.js";

const DEBOUNCE = 80;
const words = document.getElementById("words").dataset;
const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text ?? "" });

function equip(form) {
  const box = form.querySelector("input[type=search]");
  const list = form.querySelector("[role=listbox]");
  const fetchList = fetcher();
  let active = -1;
  let timer;

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(ask, DEBOUNCE);
  }

  async function ask() {
    const query = box.value.trim();
    if (!query) return close();
    const found = await fetchList(`/api/v1/suggest?${new URLSearchParams({ q: query, lang: form.elements.lang.value, limit: "8" })}`);
    if (query !== box.value.trim() || box !== document.activeElement) return;
    const { suggestions } = JSON.parse(found ?? '{"suggestions": []}');
    if (!suggestions.length) return close();
    list.replaceChildren(...suggestions.map(option));
    list.hidden = false;
    box.ariaExpanded = "true";
    activate(-1);
    send("kb:announce", words.suggestions.replace("{n}", suggestions.length));
  }

  function option({ title, url, angle, lang, number }, index) {
    const item = make("li", "suggestion");
    item.id = `${list.id}-${index}`;
    item.role = "option";
    item.lang = lang === "zh" ? "zh-CN" : "en";
    item.dataset.url = url;
    item.append(make("span", "num", number), make("span", "", title), make("small", "", angle));
    return item;
  }

  function activate(index) {
    const options = [...list.children];
    active = index;
    options.forEach((item, i) => { item.ariaSelected = i === index; });
    if (index < 0) box.removeAttribute("aria-activedescendant");
    else {
      box.setAttribute("aria-activedescendant", options[index].id);
      options[index].scrollIntoView({ block: "nearest" });
    }
  }

  function close() {
    clearTimeout(timer);
    list.hidden = true;
    box.ariaExpanded = "false";
    activate(-1);
  }

  Object.assign(box, { role: "combobox", ariaAutoComplete: "list", ariaExpanded: "false" });
  box.setAttribute("aria-controls", list.id);
  box.addEventListener("input", (event) => { if (!event.isComposing) soon(); });
  box.addEventListener("compositionend", soon);
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (!isPlain(event)) return;
    const count = list.hidden ? 0 : list.children.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !count) return void soon();
    if (step) {
      const next = active + step;
      activate(next < -1 ? count - 1 : next >= count ? -1 : next);
    } else if (event.key === "Enter" && active >= 0) location.assign(list.children[active].dataset.url);
    else if (event.key === "Escape" && count) {
      event.stopPropagation();
      close();
    } else return;
    event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the focus in the box
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (item) location.assign(item.dataset.url);
  });
}

for (const form of document.querySelectorAll("[data-suggest]")) equip(form);
