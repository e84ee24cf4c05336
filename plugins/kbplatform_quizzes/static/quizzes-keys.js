// The keys of an attempt: a digit chooses in the question one is in, Ctrl+Enter goes to the next, p pauses. Never while somebody
// writes or composes, and single keys only where the reader has not switched them off.

const typing = (target) => target.matches?.("textarea, select, input:not([type=radio], [type=checkbox])") ?? false;

/** `visit(position)` goes to a question. */
export function startKeys(form, visit) {
  const take = (event, act) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  };

  function next(from) {
    const at = from ? Number(from.dataset.question) + 1 : 0;
    if (document.querySelector(`[data-to="${at}"]`)) visit(at);
    else form.querySelector("[data-finish]").focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || document.querySelector("dialog[open]")) return;
    const inside = event.target.closest?.("[data-question]");
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      if (inside || event.target === document.body) take(event, () => next(inside));
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.documentElement.dataset.keys === "off") return;
    const pause = document.querySelector("[data-key=p]");
    if (event.key === "p" && pause) take(event, () => pause.click());
    const choices = inside?.querySelectorAll("input[type=radio]:not([name^=sure]), input[type=checkbox], .call-choices button") ?? [];
    if (inside && /^[1-9]$/.test(event.key)) take(event, () => { choices[event.key - 1]?.focus(); choices[event.key - 1]?.click(); });
  }, { capture: true });
}
