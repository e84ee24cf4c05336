// What pages with a list of hits share: fetching, choosing, asking for what was not found.

const KEEP = 60;
/** A whole page where a piece of one was asked for: that of signing in, ours or a proxy's. */
const isPage = (text) => /^\s*<!doctype/i.test(text);
export const send = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

/** GETs text once per address; a newer call cancels the one under way. Null where there is none to show. `forget` drops what is kept. */
export function fetcher() {
  const known = new Map();
  let request;
  const get = async (url) => {
    request?.abort();
    if (known.has(url)) return known.get(url);
    request = new AbortController();
    let response, text;
    try {
      response = await fetch(url, { signal: request.signal, headers: { accept: "text/html" } });
      text = await response.text();
    } catch (error) {
      failed(error);
      return null;
    }
    if (!response.ok) return null;
    if (response.redirected || isPage(text)) {
      send("kb:signed-out");
      return null;
    }
    if (known.size >= KEEP) known.delete(known.keys().next().value);
    known.set(url, text);
    send("kb:online");
    return text;
  };
  get.forget = () => known.clear();
  return get;
}

/** A request that failed for want of a connection is said in the bar; one that was cancelled is nothing. */
export const failed = (error) => { if (error instanceof TypeError) send("kb:offline"); };

/** Asks for what was not found. What becomes of it stands where the button was. */
export async function ask(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const response = await fetch("/gaps?fragment=1", { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const html = await response.text();
    if (/^\s*<div class="asked/.test(html)) {
      form.innerHTML = html;
      send("kb:announce", form.textContent.trim());
      send("kb:online");
    } else if (response.status < 500 && isPage(html)) send("kb:signed-out");
    else send("kb:toast", document.getElementById("words").dataset.failed);
  } catch (error) {
    failed(error);
  }
  button.disabled = false;
}

/** The hits in `list`: their links, the place of the selected one (-1 without), and choosing another; a place beyond the ends is the last one there. */
export function hitsIn(list) {
  const links = () => [...list.querySelectorAll(".hit h2 a")];
  return {
    links,
    selected: () => links().findIndex((link) => link.ariaCurrent),
    choose(index) {
      const all = links();
      const link = all[Math.max(0, Math.min(index, all.length - 1))];
      if (!link) return null;
      current(all, link);
      link.closest(".hit").scrollIntoView({ block: "nearest" });
      return link;
    },
  };
}

/** Of these links `link` is the current one. */
export function current(all, link) {
  for (const other of all) other.ariaCurrent = other === link ? "true" : null;
}

/** Whether a key is one for shortcuts: no input method is composing with it, and no modifier is held. */
export const isPlain = (event) => !(event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey);
