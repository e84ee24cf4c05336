// What an underlined term means: a card on hover, focus and tap. Without it, a term is a link to its page.

const card = document.createElement("div");
const listen = (type, act) => document.addEventListener(type, (event) => act(event.target.closest?.("a.term"), event));
let term, timer, tapped;

function hide() {
  if (term) card.hidePopover();
  term = null;
}

function show(link) {
  clearTimeout(timer);
  const meaning = document.getElementById(link.getAttribute("aria-describedby"));
  if (link === term || !meaning) return;
  hide();
  term = link;
  card.lang = meaning.lang;
  card.replaceChildren(meaning.previousElementSibling.cloneNode(true), meaning.cloneNode(true));
  card.lastChild.id = "";
  card.showPopover();
  const at = link.getClientRects()[0];
  const fits = at.bottom + card.offsetHeight + 6 < innerHeight;
  card.style.top = `${scrollY + (fits ? at.bottom + 6 : at.top - card.offsetHeight - 6)}px`;
  card.style.left = `${Math.max(8, Math.min(at.left, document.body.clientWidth - card.offsetWidth - 8))}px`;
}

function soon(act) {
  clearTimeout(timer);
  timer = setTimeout(act, 200);
}

// The pointer may go into the card, and what has the focus keeps it (WCAG 1.4.13).
function leave() {
  if (![card, term].some((part) => part?.matches(":hover, :focus-within"))) hide();
}

if (card.showPopover) {
  card.className = "card terms term-card";
  card.popover = "manual";
  document.body.append(card);
  listen("pointerover", (link, { pointerType }) => { if (pointerType !== "touch") soon(link ? () => show(link) : leave); });
  listen("focusin", (link) => { if (link) show(link); });
  listen("focusout", () => soon(leave));
  listen("keydown", (_, { key }) => { if (key === "Escape") hide(); });
  // The first tap shows, the second one follows the link.
  listen("pointerdown", (link, { pointerType, target }) => {
    tapped = pointerType !== "mouse" && link !== term && link;
    if (link !== term && !card.contains(target)) hide();
  });
  listen("click", (link, event) => {
    if (!link || link !== tapped) return;
    event.preventDefault();
    show(link);
  });
}
