// Answers that the server has not confirmed yet, kept in this browser under the attempt they belong to, one entry a question:
// a crash, a dead line or an expired session loses none. They go as soon as they are confirmed, and with the attempt.

const prefix = (token) => `kb.quiz.${token}.`;

export class Outbox {
  constructor(token) {
    this.prefix = prefix(token);
    this.entries = new Map();
    for (const key of Object.keys(storage())) {
      if (key.startsWith(this.prefix) && /^\d+$/.test(key.slice(this.prefix.length))) {
        const entry = parse(storage()[key]);
        if (entry) this.entries.set(Number(key.slice(this.prefix.length)), entry);
      }
    }
  }

  get size() { return this.entries.size; }
  get positions() { return [...this.entries.keys()].sort((a, b) => a - b); }
  get(position) { return this.entries.get(position); }

  put(position, entry) {
    this.entries.set(position, entry);
    try { storage().setItem(this.prefix + position, JSON.stringify(entry)); } catch { /* full or forbidden: it is still in this page */ }
  }

  drop(position) {
    this.entries.delete(position);
    storage().removeItem?.(this.prefix + position);
  }

  /** Questions whose mark “come back to this” the server doesn't know yet, with what it is to be. */
  get marks() { return new Map(parse(storage()[`${this.prefix}later`]) ?? []); }

  mark(position, on) { this.#keep(this.marks.set(position, on)); }

  settle(position) {
    const marks = this.marks;
    marks.delete(position);
    this.#keep(marks);
  }

  #keep(marks) {
    try { storage().setItem(`${this.prefix}later`, JSON.stringify([...marks])); } catch { /* as above */ }
  }
}

/** Nothing of this attempt stays in the browser. */
export function forget(token) {
  for (const key of Object.keys(storage())) if (key.startsWith(prefix(token))) storage().removeItem(key);
}

function storage() {
  try { return localStorage; } catch { return {}; } // some private windows have none
}

function parse(text) {
  try { return JSON.parse(text); } catch { return null; }
}
