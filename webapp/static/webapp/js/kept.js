// @ts-check
/**
 * What stays on this computer until the server has it: offsets and labels only, never a character of a note.
 * Storage may be full or forbidden: then work lives in the page alone, and `safe` says so.
 */

const DAYS = 7 * 24 * 3600 * 1000;

export class Kept {
  /**
   * @param {string} kind
   * @param {string} user each person of a shared computer has their own
   * @param {Storage} [store]
   */
  constructor(kind, user, store = globalThis.localStorage) {
    this.prefix = `${kind}:${user}:`;
    this.store = store;
    this.safe = true;
    this.#forgetOld();
  }

  /**
   * @param {number} task
   * @returns {any}
   */
  get(task) {
    return this.#try(() => JSON.parse(this.store.getItem(this.prefix + task) ?? "null"));
  }

  /**
   * @param {number} task
   * @param {object} value
   */
  set(task, value) {
    const done = this.#try(() => {
      this.store.setItem(this.prefix + task, JSON.stringify({ ...value, at: Date.now() }));
      return true;
    });
    this.safe = done === true;
  }

  /** @param {number} task */
  remove(task) {
    this.#try(() => this.store.removeItem(this.prefix + task));
  }

  /** @returns {any[]} the oldest first */
  all() {
    const keys = this.#try(() => Object.keys(this.store).filter((key) => key.startsWith(this.prefix))) ?? [];
    const rows = keys.map((/** @type {string} */ key) => this.get(Number(key.slice(this.prefix.length))));
    return rows.filter(Boolean).sort((/** @type {any} */ a, /** @type {any} */ b) => a.at - b.at);
  }

  #forgetOld() {
    for (const value of this.all()) if (Date.now() - value.at > DAYS) this.remove(value.task);
  }

  /** @param {() => any} act */
  #try(act) {
    try {
      return act();
    } catch {
      return null;
    }
  }
}
