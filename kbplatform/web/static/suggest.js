// Suggestions as you type: the ARIA combobox pattern on every form with data-suggest.

const DEBOUNCE = 80;
const words = document.getElementById("words").dataset;
const send = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

class Suggestions {
  constructor(form) {
    this.form = form;
    this.box = form.querySelector("input[type=search]");
    this.list = form.querySelector("[role=listbox]");
    this.active = -1;
    this.known = new Map();
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(attributes)) this.box.setAttribute(name, value);
    this.box.addEventListener("input", (event) => { if (!event.isComposing) this.soon(); });
    this.box.addEventListener("compositionend", () => this.soon());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the focus in the box
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) location.assign(option.dataset.url);
    });
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), DEBOUNCE);
  }

  async ask() {
    this.request?.abort();
    const query = this.box.value.trim();
    if (!query) return this.close();
    const url = `/api/v1/suggest?${new URLSearchParams({ q: query, lang: this.form.elements.lang.value, limit: "8" })}`;
    this.request = new AbortController();
    try {
      if (!this.known.has(url)) {
        const response = await fetch(url, { signal: this.request.signal, headers: { accept: "application/json" } });
        if (!response.ok) return this.close();
        this.known.set(url, (await response.json()).suggestions);
        send("kb:online");
      }
      if (query === this.box.value.trim() && this.box === document.activeElement) this.show(this.known.get(url));
    } catch (error) {
      if (error.name !== "AbortError") send("kb:offline");
    }
  }

  show(suggestions) {
    if (!suggestions.length) return this.close();
    this.list.replaceChildren(...suggestions.map((item, index) => this.option(item, index)));
    this.list.hidden = false;
    this.box.setAttribute("aria-expanded", "true");
    this.activate(-1);
    send("kb:announce", words.suggestions.replace("{n}", suggestions.length));
  }

  option({ title, url, angle, lang, number }, index) {
    const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text ?? "" });
    const option = make("li", "suggestion");
    option.id = `${this.list.id}-${index}`;
    option.setAttribute("role", "option");
    option.lang = lang === "zh" ? "zh-CN" : "en";
    option.dataset.url = url;
    option.append(make("span", "num", number), make("span", "", title), make("small", "", angle));
    return option;
  }

  activate(index) {
    const options = [...this.list.children];
    this.active = index;
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
    if (index < 0) this.box.removeAttribute("aria-activedescendant");
    else {
      this.box.setAttribute("aria-activedescendant", options[index].id);
      options[index].scrollIntoView({ block: "nearest" });
    }
  }

  close() {
    this.request?.abort();
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
    this.activate(-1);
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    const count = this.list.hidden ? 0 : this.list.children.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!count) return void this.soon();
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = this.active + step;
      this.activate(next < -1 ? count - 1 : next >= count ? -1 : next);
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      location.assign(this.list.children[this.active].dataset.url);
    } else if (event.key === "Escape" && count) {
      event.stopPropagation();
      event.preventDefault();
      this.close();
    }
  }
}

for (const form of document.querySelectorAll("[data-suggest]")) new Suggestions(form);
