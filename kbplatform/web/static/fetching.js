// Texts for what somebody is typing. Imported without a version in its address, so the browser asks whether it changed.

const KEEP = 60;
/** A whole page where a piece of one was asked for: that of signing in, ours or a proxy's. */
export const isPage = (text) => /^\s*<!doctype/i.test(text);
const send = (name) => document.dispatchEvent(new CustomEvent(name));

/** GETs text once per address; a newer call cancels the one under way. Null where there is none to show. `forget` drops what is kept. */
export function fetcher() {
  const known = new Map();
  let request;
  const get = async (url) => {
    request?.abort();
    if (known.has(url)) return known.get(url);
    request = new AbortController();
    let response;
    let text;
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
