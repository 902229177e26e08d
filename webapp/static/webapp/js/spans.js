// @ts-check
/**
 * The spans of one note and what can be done to them, with undo. Knows nothing of the page.
 * Offsets count UTF-16 units.
 */
import { History } from "./history.js";
import { occurrences } from "./occurrences.js";
import { ASSERTIONS, changed, made, rowOf } from "./span.js";
import { holds, inOrder, nearestEdge, nextEdge, overlap, same } from "./stretch.js";
import { characters, tokenise } from "./tokens.js";

/** @typedef {import("./span.js").Span} Span */
/** @typedef {import("./span.js").Row} Row */
/** @typedef {import("./stretch.js").Stretch} Stretch */
/** @typedef {import("./stretch.js").Side} Side */
/** @typedef {"token" | "character"} Unit */
/** @typedef {{span: Span, changed: boolean, blocked: boolean}} Moved */

/** @extends {History<Span>} */
export class Spans extends History {
  /**
   * @param {string} text
   * @param {Row[]} rows
   * @param {{nested?: boolean, threshold?: number}} options a score below the threshold is doubtful
   */
  constructor(text, rows, { nested = false, threshold = 0 } = {}) {
    super([]);
    this.text = text;
    this.nested = nested;
    this.threshold = threshold;
    this.tokens = tokenise(text);
    /** Rows that do not fit the text or each other; the page says how many. */
    this.leftOut = 0;
    this.list = this.#admit(rows);
    /** What the server sent. */
    this.first = this.list;
  }

  /**
   * Words, or characters within them: where an edge may fall.
   * @param {Unit} [by]
   */
  units(by) {
    if (by !== "character") return this.tokens;
    this.characters ??= characters(this.text);
    return this.characters;
  }

  /**
   * @param {Row[]} rows
   * @returns {Span[]}
   */
  #admit(rows) {
    /** @type {Span[]} */
    const list = [];
    for (const row of [...rows].sort(inOrder)) {
      const fits = 0 <= row.start && row.start < row.end && row.end <= this.text.length;
      if (!fits || list.some((other) => this.#clash(other, row))) this.leftOut += 1;
      else list.push(made(row, this.threshold));
    }
    return list;
  }

  /**
   * Whether two spans cannot both stand.
   * @param {Stretch} a
   * @param {Stretch} b
   */
  #clash(a, b) {
    if (!overlap(a, b)) return false;
    return !this.nested || same(a, b) || !(holds(a, b) || holds(b, a));
  }

  /**
   * @param {Span} old
   * @param {Partial<Span>} change
   */
  #replace(old, change) {
    const span = changed(old, change);
    this.become(this.list.map((other) => (other === old ? span : other)).sort(inOrder));
    return span;
  }

  /** @param {number} id */
  get(id) {
    return this.list.find((span) => span.id === id) ?? null;
  }

  /** @param {Stretch} stretch */
  mention({ start, end }) {
    return this.text.slice(start, end);
  }

  /** Those that wait for a decision, in order. */
  get doubtful() {
    return this.list.filter((span) => span.doubtful);
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
    const span = made({ start, end, label });
    const replaced = this.list.filter((other) => this.#clash(other, span));
    this.become([...this.list.filter((other) => !replaced.includes(other)), span].sort(inOrder));
    return { span, replaced, changed: true };
  }

  /**
   * @param {number} id
   * @param {string} label
   * @returns {{span: Span, changed: boolean}}
   */
  relabel(id, label) {
    const old = /** @type {Span} */ (this.get(id));
    if (old.label === label && !old.doubtful) return { span: old, changed: false };
    if (old.label === label) return { span: this.#replace(old, {}), changed: true };
    return { span: this.#replace(old, { label, score: null }), changed: true };
  }

  /**
   * @param {number[]} ids
   * @returns {Span[]} the removed
   */
  remove(ids) {
    const removed = this.list.filter((span) => ids.includes(span.id));
    if (removed.length) this.become(this.list.filter((span) => !removed.includes(span)));
    return removed;
  }

  /**
   * Decides that a doubtful span stays as it is.
   * @param {number} id
   */
  keep(id) {
    return this.#replace(/** @type {Span} */ (this.get(id)), {});
  }

  /**
   * Says something of a span, or takes it back.
   * @param {number} id
   * @param {string} value one of ASSERTIONS
   */
  toggle(id, value) {
    const old = /** @type {Span} */ (this.get(id));
    const on = !old.assertion.includes(value);
    const assertion = ASSERTIONS.filter((each) => (each === value ? on : old.assertion.includes(each)));
    return { span: this.#replace(old, { assertion }), on };
  }

  /**
   * @param {number} id
   * @param {string} code
   * @returns {{span: Span, changed: boolean}}
   */
  setCode(id, code) {
    const old = /** @type {Span} */ (this.get(id));
    return old.code === code ? { span: old, changed: false } : { span: this.#replace(old, { code }), changed: true };
  }

  /**
   * Gives the label and code of a span to every other place that says the same and is not marked, in one step.
   * @param {number} id
   * @returns {Span[]} the added
   */
  addAll(id) {
    const { start, end, label, code } = /** @type {Span} */ (this.get(id));
    const free = occurrences(this.text, this.tokens, { start, end }).filter(
      (place) => !this.list.some((span) => overlap(span, place)),
    );
    const added = free.map((place) => made({ ...place, label, code }));
    if (added.length) this.become([...this.list, ...added].sort(inOrder));
    return added;
  }

  /**
   * Moves an edge to the next edge of a unit; refuses to reach into another span or to leave nothing.
   * @param {number} id
   * @param {Side} side
   * @param {number} step -1 or 1
   * @param {Unit} [by]
   * @returns {Moved}
   */
  moveEdge(id, side, step, by) {
    const old = /** @type {Span} */ (this.get(id));
    return this.#edge(old, side, nextEdge(this.units(by), old, side, step));
  }

  /**
   * Moves an edge to the edge of a unit that is nearest to an offset, but not into another span.
   * @param {number} id
   * @param {Side} side
   * @param {number} offset
   * @param {Unit} [by]
   * @returns {Moved}
   */
  setEdge(id, side, offset, by) {
    const stretch = this.reach(id, side, offset, by);
    return this.#edge(/** @type {Span} */ (this.get(id)), side, stretch && stretch[side]);
  }

  /**
   * What a span would become if an edge went to an offset; null when it can't.
   * @param {number} id
   * @param {Side} side
   * @param {number} offset
   * @param {Unit} [by]
   * @returns {Stretch | null}
   */
  reach(id, side, offset, by) {
    const old = /** @type {Span} */ (this.get(id));
    /** @param {number} edge */
    const become = (edge) => ({ start: old.start, end: old.end, [side]: edge });
    const [low, high] = this.#room(old);
    const wanted = Math.max(low, Math.min(high, offset));
    const edge = nearestEdge(this.units(by), side, wanted, (each) => this.#fits(old, become(each)));
    return edge === null ? null : become(edge);
  }

  /**
   * Between which neighbours a span lies.
   * @param {Span} span
   */
  #room(span) {
    if (this.nested) return [0, this.text.length];
    const before = this.list.filter((other) => other.end <= span.start).map((other) => other.end);
    const after = this.list.filter((other) => other.start >= span.end).map((other) => other.start);
    return [Math.max(0, ...before), Math.min(this.text.length, ...after)];
  }

  /**
   * @param {Span} old
   * @param {Stretch} stretch
   */
  #fits(old, stretch) {
    return stretch.start < stretch.end && !this.list.some((other) => other !== old && this.#clash(other, stretch));
  }

  /**
   * @param {Span} old
   * @param {Side} side
   * @param {number | null} edge
   * @returns {Moved}
   */
  #edge(old, side, edge) {
    const stretch = { start: old.start, end: old.end, [side]: edge ?? old[side] };
    if (same(stretch, old) || stretch.start >= stretch.end) return { span: old, changed: false, blocked: false };
    if (!this.#fits(old, stretch)) return { span: old, changed: false, blocked: true };
    return { span: this.#replace(old, { ...stretch, score: null }), changed: true, blocked: false };
  }

  /**
   * Takes up work kept from before, as one step that can be undone. What is as the server sent it keeps its score.
   * @param {Row[]} rows
   */
  restore(rows) {
    const scored = rows.map((row) => {
      const twin = this.first.find((span) => same(span, row) && span.label === row.label);
      return { ...row, score: row.score ?? twin?.score };
    });
    this.become(this.#admit(scored));
  }

  /** What the server is told. */
  rows() {
    return this.list.map(rowOf);
  }
}
