// Answers with the offline page where a page cannot be fetched. Keeps that page and its style, never content.
// Registered with the language and the version in its address, so that both renew what is kept.

const CACHE = "kb-offline";
const PAGE = "/offline";

async function keep() {
  await caches.delete(CACHE);
  const page = await fetch(PAGE, { cache: "no-cache" });
  if (!page.ok) throw new Error(`${PAGE}: ${page.status}`);
  const html = await page.clone().text();
  const cache = await caches.open(CACHE);
  await cache.addAll([...html.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((match) => match[1]));
  await cache.put(PAGE, page);
}

async function answer(event) {
  try {
    return await event.preloadResponse ?? await fetch(event.request);
  } catch {
    return await caches.match(PAGE) ?? Response.error();
  }
}

// The next one waits until nobody needs this one: taking over at once leaves pages that are just being loaded without an answer.
self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(self.registration.navigationPreload?.enable()));
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") event.respondWith(answer(event));
  else if (new URL(event.request.url).pathname.startsWith("/static/")) {
    // Addresses carry a version: what is kept under one is what the server would send.
    event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
  }
});
