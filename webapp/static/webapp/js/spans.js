// @ts-check
/**
 * The spans of one note and what can be done to them, with undo. Knows nothing of the page.
 * Offsets count UTF-16 units. A list is never changed, only replaced, so that undo is going back to an earlier one.
 */
import { tokenAfter, tokenise } from "./tokens.js";

/** @typedef {{id: number, start: number, end: number, label: string, score: number | null}} Span */
/**
 * @typedef {object} Row
 * @property {number} start
 * @property {number} end
 * @property {string} label
 * @property {number | null} [score]
 * @property {string[]} [assertion]
 * @property {string} [code]
 */

/**
 * @param {Span} a
 * @param {Span} b
 */
const inOrder = (a, b) => a.start - b.start || b.end - a.end;

/**
 * @param {{start: number, end: number}} a
 * @param {{start: number, end: number}} b
 */
const overlap = (a, b) => a.start < b.end && b.start < a.end;

/**
 * @param {{start: number, end: number}} a
 * @param {{start: number, end: number}} b
 */
const same = (a, b) => a.start === b.start && a.end === b.end;

/**
 * @param {{start: number, end: number}} outer
 * @param {{start: number, end: number}} inner
 */
const holds = (outer, inner) => outer.start <= inner.start && inner.end <= outer.end;

export class Spans {
  /**
   * @param {string} text
   * @param {Row[]} rows
   * @param {{nested?: boolean}} options
   */
  constructor(text, rows, { nested = false } = {}) {
    this.text = text;
    this.nested = nested;
    this.tokens = tokenise(text);
    this.nextId = 1;
    /** Rows that do not fit the text or each other; the page says how many. */
    this.leftOut = 0;
    /** @type {Span[]} */
    this.list = this.#admit(rows);
    /** @type {Span[][]} */
    this.past = [];
    /** @type {Span[][]} */
    this.future = [];
  }

  /**
   * @param {Row[]} rows
   * @returns {Span[]}
   */
  #admit(rows) {
    /** @type {Span[]} */
    const list = [];
    for (const row of [...rows].sort((a, b) => a.start - b.start || b.end - a.end)) {
      const fits = 0 <= row.start && row.start < row.end && row.end <= this.text.length;
      // In order of their starts: only the spans still open can clash.
      const clash = fits && list.some((other) => overlap(other, row) && this.#clash(other, row));
      if (!fits || clash) this.leftOut += 1;
      else list.push(this.#make(row.start, row.end, row.label, row.score ?? null));
    }
    return list;
  }

  /**
   * @param {number} start
   * @param {number} end
   * @param {string} label
   * @param {number | null} score
   */
  #make(start, end, label, score) {
    return Object.freeze({ id: this.nextId++, start, end, label, score });
  }

  /**
   * Whether two spans cannot both stand.
   * @param {Token} a
   * @param {Token} b
   */
  #clash(a, b) {
    if (!overlap(a, b)) return false;
    return !this.nested || same(a, b) || !(holds(a, b) || holds(b, a));
  }

  /** @param {Span[]} list */
  #become(list) {
    this.past.push(this.list);
    this.future = [];
    this.list = list.sort(inOrder);
  }

  /** @param {number} id */
  get(id) {
    return this.list.find((span) => span.id === id) ?? null;
  }

  /** @param {Span} span */
  mention(span) {
    return this.text.slice(span.start, span.end);
  }

  /**
   * Spans that share a character with a range.
   * @param {number} start
   * @param {number} end
   */
  within(start, end) {
    return this.list.filter((span) => overlap(span, { start, end }));
  }

  /**
   * Adds a span in place of those it clashes with; a span of the same edges gets the label.
   * @param {number} start
   * @param {number} end
   * @param {string} label
   * @returns {{span: Span, replaced: Span[], changed: boolean}}
   */
  add(start, end, label) {
    const twin = this.list.find((span) => same(span, { start, end }));
    if (twin) return { ...this.relabel(twin.id, label), replaced: [] };
    const span = this.#make(start, end, label, null);
    const replaced = this.list.filter((other) => this.#clash(other, span));
    this.#become([...this.list.filter((other) => !replaced.includes(other)), span]);
    return { span, replaced, changed: true };
  }

  /**
   * @param {number} id
   * @param {string} label
   * @returns {{span: Span, changed: boolean}}
   */
  relabel(id, label) {
    const old = /** @type {Span} */ (this.get(id));
    if (old.label === label) return { span: old, changed: false };
    const span = Object.freeze({ ...old, label, score: null });
    this.#become(this.list.map((other) => (other === old ? span : other)));
    return { span, changed: true };
  }

  /**
   * @param {number[]} ids
   * @returns {Span[]} the removed
   */
  remove(ids) {
    const removed = this.list.filter((span) => ids.includes(span.id));
    if (removed.length) this.#become(this.list.filter((span) => !removed.includes(span)));
    return removed;
  }

  /**
   * Moves an edge to the next edge of a token; refuses to reach into another span or to leave nothing.
   * @param {number} id
   * @param {"start" | "end"} side
   * @param {number} step -1 or 1
   * @returns {{span: Span, changed: boolean, blocked: boolean}}
   */
  moveEdge(id, side, step) {
    const old = /** @type {Span} */ (this.get(id));
    const edge = side === "end" ? this.#nextEnd(old, step) : this.#nextStart(old, step);
    const span = Object.freeze({ ...old, [side]: edge ?? old[side], score: null });
    if (edge === null || span.start >= span.end) return { span: old, changed: false, blocked: false };
    if (this.list.some((other) => other !== old && this.#clash(other, span))) {
      return { span: old, changed: false, blocked: true };
    }
    this.#become(this.list.map((other) => (other === old ? span : other)));
    return { span, changed: true, blocked: false };
  }

  /**
   * @param {Span} span
   * @param {number} step
   * @returns {number | null}
   */
  #nextEnd(span, step) {
    const at = tokenAfter(this.tokens, span.end);
    if (step > 0) return this.tokens[at]?.end ?? null;
    const inside = tokenAfter(this.tokens, span.end - 1);
    return this.tokens[inside - 1]?.end ?? null;
  }

  /**
   * @param {Span} span
   * @param {number} step
   * @returns {number | null}
   */
  #nextStart(span, step) {
    const at = tokenAfter(this.tokens, span.start);
    const token = this.tokens[at];
    if (step > 0) return token && token.start > span.start ? token.start : (this.tokens[at + 1]?.start ?? null);
    return token && token.start < span.start ? token.start : (this.tokens[at - 1]?.start ?? null);
  }

  /**
   * Takes up work kept from before, as one step that can be undone.
   * @param {Row[]} rows
   */
  restore(rows) {
    this.#become(this.#admit(rows));
  }

  /** @returns {boolean} whether there was something to undo */
  undo() {
    const list = this.past.pop();
    if (!list) return false;
    this.future.push(this.list);
    this.list = list;
    return true;
  }

  redo() {
    const list = this.future.pop();
    if (!list) return false;
    this.past.push(this.list);
    this.list = list;
    return true;
  }

  /** What the server is told. */
  rows() {
    return this.list.map(({ start, end, label }) => ({ start, end, label, assertion: [], code: "" }));
  }
}

/** @typedef {import("./tokens.js").Token} Token */
