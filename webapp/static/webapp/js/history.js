// @ts-check
/** Lists that are never changed, only replaced, so that undo is going back to an earlier one. */

/** @template T */
export class History {
  /** @param {T[]} list */
  constructor(list) {
    this.list = list;
    /** @type {T[][]} */
    this.past = [];
    /** @type {T[][]} */
    this.future = [];
  }

  /** @param {T[]} list */
  become(list) {
    this.past.push(this.list);
    this.future = [];
    this.list = list;
  }

  /** @returns {boolean} whether there was something to undo */
  undo() {
    return this.#travel(this.past, this.future);
  }

  /** @returns {boolean} whether there was something to redo */
  redo() {
    return this.#travel(this.future, this.past);
  }

  /**
   * @param {T[][]} from
   * @param {T[][]} to
   */
  #travel(from, to) {
    const list = from.pop();
    if (!list) return false;
    to.push(this.list);
    this.list = list;
    return true;
  }
}
