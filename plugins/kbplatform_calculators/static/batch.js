/* Long files show their progress: they go to the API in parts, which are worked out as the whole would be. Without this
   script, and for short files, the form sends the file at once. */

const form = document.querySelector("[data-batch]");
const BREAK = /\r\n|\n|\r/;

/** The records of a CSV text with the lines they begin on. A line break inside quotes ends none; quotes open at a cell's start only. */
export function records(text) {
  const found = [];
  let begin = 0;
  let line = 1;
  let first = 1;
  let quoted = false;
  const close = (end) => {
    const record = text.slice(begin, end).replace(/\r$/, "");
    if (record.replace(/[\s,;"]/g, "")) found.push({ text: record, line: first });
  };
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (c === '"' && (quoted || i === begin || ",;\t".includes(text[i - 1]))) quoted = !quoted;
    else if (c === '"' && text[i - 1] === '"') quoted = true; // a doubled quote inside a quoted cell
    else if (c === "\n" || c === "\r") {
      if (c === "\r" && text[i + 1] === "\n") continue;
      line += 1;
      if (quoted) continue;
      close(i);
      begin = i + 1;
      first = line;
    }
  }
  close(text.length);
  return found;
}

/** Text of a file in UTF-8, UTF-16 with BOM, or GB18030; null for what is neither. */
export function decode(bytes) {
  const wide = { "255,254": "utf-16le", "254,255": "utf-16be" }[`${bytes[0]},${bytes[1]}`];
  for (const encoding of wide ? [wide] : ["utf-8", "gb18030"]) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      if (!text.includes("\0")) return text;
    } catch { /* try the next */ }
  }
  return null;
}

if (form) {
  const state = form.querySelector("[data-batch-state]");
  const words = (name, values) => state.dataset[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  let stopped = false;

  form.addEventListener("submit", async (event) => {
    const file = form.elements.file.files[0];
    if (!file || file.size > Number(form.dataset.bytes)) return; // the server says what is wrong
    event.preventDefault();
    const text = decode(new Uint8Array(await file.arrayBuffer()));
    const [heading, ...rows] = text === null ? [] : records(text);
    if (rows.length <= Number(form.dataset.chunk) || rows.length > Number(form.dataset.most)) {
      form.submit();
      return;
    }
    const button = form.querySelector(".btn-primary");
    button.disabled = true;
    stopped = false;
    await work(heading, rows).catch((error) => show([line(words("trouble", { why: error.message }), "field-error")]));
    button.disabled = false;
  });

  async function work(heading, rows) {
    const size = Number(form.dataset.chunk);
    const bar = Object.assign(document.createElement("progress"), { className: "batch-progress", max: rows.length, value: 0 });
    bar.setAttribute("aria-label", form.querySelector(".btn-primary").textContent);
    const count = line("");
    const stop = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: state.dataset.stop });
    stop.addEventListener("click", () => { stopped = true; });
    show([bar, count, stop]);
    const total = { done: 0, failed: 0, unknown: [], problems: [], parts: [] };
    for (let at = 0; at < rows.length && !stopped; at += size) {
      count.textContent = words("working", { done: at, all: rows.length });
      const part = rows.slice(at, at + size);
      const answer = await send([heading, ...part].map((r) => r.text).join("\n"));
      total.done += answer.done;
      total.failed += answer.failed;
      total.unknown = answer.unknown;
      total.parts.push(at ? answer.csv.slice(endOfHeading(answer.csv)) : answer.csv);
      const place = places(heading, part);
      for (const p of answer.problems) if (total.problems.length < 20) total.problems.push({ row: place.get(p.row), messages: p.messages });
      bar.value = at + part.length;
    }
    finish(total);
  }

  async function send(csv) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token.value };
    const response = await fetch(form.dataset.url, { method: "POST", headers, body: JSON.stringify({ csv, way: form.elements.way?.value ?? "" }) });
    const body = await response.json();
    if (!response.ok) throw new Error(body.errors?.[0]?.message ?? body.detail ?? body.title);
    return body;
  }

  function finish(total) {
    const parts = [line(words("done", total) + (total.failed ? words("failed", total) : ""), "result-value")];
    if (total.unknown.length) parts.push(line(words("carried", { names: total.unknown.slice(0, 12).join(", ") }), "hint"));
    const link = Object.assign(document.createElement("a"), { className: "btn btn-primary", textContent: state.dataset.fetch, download: form.dataset.name });
    link.href = URL.createObjectURL(new Blob(total.parts, { type: "text/csv" }));
    parts.push(link);
    if (total.problems.length) {
      const list = document.createElement("ul");
      const item = (p) => Object.assign(document.createElement("li"), { textContent: `${words("line", { n: p.row })} · ${p.messages.join("; ")}` });
      list.append(...total.problems.map(item));
      parts.push(list);
    }
    show(parts);
    link.focus();
  }

  function line(text, name = "") {
    return Object.assign(document.createElement("p"), { textContent: text, className: name });
  }

  function show(parts) {
    state.hidden = false;
    state.replaceChildren(...parts);
  }
}

/** Where the first record of the answer is over. */
function endOfHeading(csv) {
  const [, second] = records(csv);
  return second ? csv.split("\n").slice(0, second.line - 1).join("\n").length + 1 : csv.length;
}

/** Line in the part that was sent → line in the file. */
function places(heading, part) {
  const found = new Map();
  let at = 1 + heading.text.split(BREAK).length;
  for (const record of part) {
    found.set(at, record.line);
    at += record.text.split(BREAK).length;
  }
  return found;
}
