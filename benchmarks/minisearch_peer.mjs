// minisearch beside the other peers: reads one JSON request a line, answers one a line with the milliseconds it took itself.
// Tokens come ready from Python, joined by blanks; "own" adds minisearch's prefix and fuzzy matching to them.

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import MiniSearch from "minisearch";

const HITS = 20, WINDOW = 110, ENOUGH = 3;
const own = process.argv[2] === "own";
const split = (text) => text.split(" ");
const texts = new Map();
const index = new MiniSearch({
  fields: ["tokens", "suggest"],
  storeFields: ["key", "lang", "grp", "open", "popularity"],
  tokenize: split,
  processTerm: (term) => term || null,
});

async function build(path) {
  const rows = [];
  for await (const line of createInterface({ input: createReadStream(path) })) rows.push(JSON.parse(line));
  const started = performance.now();
  for (const row of rows) texts.set(row.id, row.text);
  index.addAll(rows);
  return { ms: performance.now() - started };
}

const escape = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

function marked(text, words) {
  const lower = text.toLowerCase();
  const places = words.map((w) => [lower.indexOf(w), w.length]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0]);
  let start = 0, best = 0;
  for (const [at] of places) {
    const inside = places.filter(([other]) => other >= at && other < at + WINDOW).length;
    if (inside > best) [best, start] = [inside, at];
  }
  start = Math.max(0, start - WINDOW / 4 | 0);
  let out = "", at = start;
  for (const [low, length] of places) {
    if (low < at || low + length > start + WINDOW) continue;
    out += `${escape(text.slice(at, low))}<mark>${escape(text.slice(low, low + length))}</mark>`;
    at = low + length;
  }
  return out + escape(text.slice(at, start + WINDOW));
}

function find({ terms, lang, group }) {
  const options = {
    fields: ["tokens"],
    filter: (row) => row.open === "everyone" && (!group || (row.lang === lang && row.grp === group)),
    ...(own ? { prefix: (term) => term.length > 2, fuzzy: (term) => (term.length > 3 ? 0.2 : false) } : {}),
  };
  let found = index.search(terms, { ...options, combineWith: "AND" });
  if (found.length < ENOUGH && terms.includes(" ")) found = found.concat(index.search(terms, { ...options, combineWith: "OR" }));
  return found.slice(0, HITS);
}

function answer(request) {
  if (request.task === "keystroke") {
    const rows = index.search(request.terms, { fields: ["suggest"], combineWith: "AND", filter: (row) => row.open === "everyone" });
    return rows.sort((a, b) => b.popularity - a.popularity).slice(0, HITS);
  }
  const rows = find(request);
  if (request.task === "excerpt") for (const row of rows.slice(0, 10)) row.excerpt = marked(texts.get(row.id), request.words);
  return rows;
}

function replace({ row }) {
  if (index.has(row.id)) index.discard(row.id);
  texts.set(row.id, row.text);
  index.add(row);
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let reply;
  if (request.task === "build") reply = await build(request.path);
  else {
    const started = performance.now();
    const rows = request.task === "replace" ? (replace(request), find(request)) : answer(request);
    reply = { ms: performance.now() - started, keys: rows.map((row) => row.key) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
