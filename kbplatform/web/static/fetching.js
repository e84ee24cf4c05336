// Texts for what somebody is typing. Imported without a version in its address, so the browser asks whether it changed.

const KEEP = 60;
const send = (name) => document.dispatchEvent(new CustomEvent(name));

/** GETs text once per address; a newer call cancels the one under way. `forget` drops what is kept. */
export function fetcher() {
  const known = new Map();
  let request;
  const get = async (url) => {
    request?.abort();
    if (known.has(url)) return known.get(url);
    request = new AbortController();
    const response = await fetch(url, { signal: request.signal, headers: { accept: "text/html" } });
    if (response.redirected) { // to the page that signs in: nothing to show here
      send("kb:signed-out");
      throw new DOMException("", "AbortError");
    }
    if (!response.ok) throw new Error(String(response.status));
    const text = await response.text();
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
