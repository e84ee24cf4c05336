// The call variables: name, order number and the like.
//
// What is typed here lives in these fields and in the words on the screen, and leaves the page only
// through the clipboard: no request, storage, address or history holds it.

/** The fields of `desk` fill the words in `pane`; `leave` is where Enter and Esc lead. */
export function strip(desk, pane, leave) {
  const variables = [...desk.querySelectorAll("[data-var]")];

  function value(name, lang) {
    const typed = (tongue) => variables.find((v) => v.dataset.var === name && v.dataset.tongue === tongue)?.value.trim();
    return typed(lang) || typed(lang === "zh" ? "en" : "zh");
  }

  /** Puts what is filled in into the words, and marks the fields that they ask for. */
  function fill() {
    const slots = [...pane.querySelectorAll(".slot")];
    for (const slot of slots) {
      slot.dataset.label ??= slot.textContent;
      const filled = value(slot.dataset.slot, slot.closest("[lang]").lang.slice(0, 2));
      slot.textContent = filled || slot.dataset.label;
      slot.classList.toggle("filled", Boolean(filled));
    }
    for (const field of desk.querySelectorAll("[data-var-of]")) {
      field.classList.toggle("wanted", slots.some((slot) => slot.dataset.slot === field.dataset.varOf));
    }
  }

  function toStrip() {
    const wanted = variables.filter((v) => v.closest(".wanted"));
    const target = wanted.find((v) => !value(v.dataset.var, v.dataset.tongue)) ?? wanted[0] ?? variables[0];
    target?.focus();
    target?.select();
  }

  function wipe() {
    for (const variable of variables) variable.value = "";
    document.getElementById("toasts").replaceChildren();
    fill();
  }

  for (const variable of variables) {
    variable.addEventListener("input", fill);
    variable.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === "Enter" || event.key === "Escape") {
        event.preventDefault();
        leave();
      }
    });
  }
  window.addEventListener("pagehide", wipe); // nor does a page kept for the back button hold it
  window.addEventListener("pageshow", wipe); // nor what a browser restored
  return { fill, wipe, toStrip };
}
