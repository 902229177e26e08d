// @ts-check
/**
 * Unsaved work that outlives a closed tab: offsets and labels only, never a character of the note.
 * A draft belongs to a task, to the revision it started from, and to a person.
 */

/** @typedef {import("./spans.js").Row} Row */
/** @typedef {{spans: Row[], seconds: number, at: number}} Kept */

const DAYS = 7 * 24 * 3600 * 1000;

export class Draft {
  /**
   * @param {number} task
   * @param {number} revision
   * @param {string} user
   * @param {Storage} [store]
   */
  constructor(task, revision, user, store = globalThis.localStorage) {
    this.key = `draft:${task}:${revision}:${user}`;
    this.store = store;
    this.#forgetOld();
  }

  /** @returns {Kept | null} */
  load() {
    return this.#read(this.key);
  }

  /**
   * @param {Row[]} spans
   * @param {number} seconds
   */
  save(spans, seconds) {
    this.#try(() => this.store.setItem(this.key, JSON.stringify({ spans, seconds, at: Date.now() })));
  }

  clear() {
    this.#try(() => this.store.removeItem(this.key));
  }

  /**
   * @param {string} key
   * @returns {Kept | null}
   */
  #read(key) {
    const kept = this.#try(() => JSON.parse(this.store.getItem(key) ?? "null"));
    return kept && Array.isArray(kept.spans) ? kept : null;
  }

  #forgetOld() {
    this.#try(() => {
      for (const key of Object.keys(this.store)) {
        if (!key.startsWith("draft:")) continue;
        const kept = this.#read(key);
        if (!kept || Date.now() - kept.at > DAYS) this.store.removeItem(key);
      }
    });
  }

  /**
   * Storage may be full or forbidden: then there is no draft, and nothing else changes.
   * @param {() => any} act
   */
  #try(act) {
    try {
      return act();
    } catch {
      return null;
    }
  }
}
