// @ts-check
/** What the next key acts on: one entity, or a stretch of words. Walks from one to the other. */
import { nameOf } from "./note-view.js";
import { snap, tokenAfter } from "./tokens.js";

/** @typedef {import("./spans.js").Span} Span */
/** @typedef {import("./spans.js").Spans} Spans */
/** @typedef {import("./note-view.js").NoteView} NoteView */
/** @typedef {import("./tokens.js").Token} Token */

export class Target {
  /**
   * @param {Spans} spans
   * @param {NoteView} view
   */
  constructor(spans, view) {
    this.spans = spans;
    this.view = view;
    /** @type {number | null} */
    this.id = null;
    /**
     * The words where the selection began and where it is now.
     * @type {{anchor: Token, head: Token} | null}
     */
    this.words = null;
    /** Where walking starts when nothing is selected. */
    this.last = 0;
    this.byPointer = false;
  }

  /** @returns {Span | null} */
  get span() {
    return this.id === null ? null : this.spans.get(this.id);
  }

  /** @returns {Token | null} */
  get range() {
    if (this.span) return { start: this.span.start, end: this.span.end };
    if (!this.words) return null;
    const { anchor, head } = this.words;
    return { start: Math.min(anchor.start, head.start), end: Math.max(anchor.end, head.end) };
  }

  clear() {
    this.last = this.range?.start ?? this.last;
    this.id = null;
    this.words = null;
    this.byPointer = false;
  }

  /** @param {number} id */
  toSpan(id) {
    this.clear();
    this.id = id;
  }

  /**
   * @param {Token} anchor
   * @param {Token} [head]
   */
  toWords(anchor, head = anchor) {
    this.clear();
    this.words = { anchor, head };
  }

  /**
   * Takes a stretch of the text, widened to words.
   * @param {number} start
   * @param {number} end
   */
  toStretch(start, end) {
    const whole = snap(this.spans.tokens, start, end);
    if (whole) this.toWords(whole);
    else this.clear();
  }

  /**
   * To the word or entity before or after; an entity is one stop.
   * @param {number} step
   */
  walk(step) {
    const { tokens } = this.spans;
    const from = this.range ?? { start: this.last, end: this.last };
    let at = step > 0 ? tokenAfter(tokens, from.end) : tokenAfter(tokens, from.start) - 1;
    // An entity that ends inside a word would hold the walker.
    if (this.span && tokens[at] && this.#spanAt(tokens[at]) === this.span) at += step;
    this.#stop(tokens[at]);
  }

  /** @param {Token} token */
  #spanAt(token) {
    return this.spans.within(token.start, token.end).at(-1) ?? null;
  }

  /** @param {Token | undefined} token */
  #stop(token) {
    if (!token) return;
    const span = this.#spanAt(token);
    if (span) this.toSpan(span.id);
    else this.toWords(token);
  }

  /**
   * Selects a word more or fewer.
   * @param {number} step
   */
  extend(step) {
    if (!this.words) return this.walk(step);
    const { tokens } = this.spans;
    const { anchor, head } = this.words;
    const edge = step > 0 ? tokenAfter(tokens, head.end) : tokenAfter(tokens, head.start) - 1;
    if (tokens[edge]) this.toWords(anchor, tokens[edge]);
  }

  /**
   * To the word above or below, as the text stands on the screen.
   * @param {number} step
   */
  line(step) {
    const range = this.range;
    if (!range) return;
    const { tokens } = this.spans;
    const height = parseFloat(getComputedStyle(this.view.root).lineHeight);
    const box = this.view.range(range).getClientRects()[0];
    const y = box.top + box.height / 2 + step * height;
    const offset = this.view.at(box.left + 1, y);
    const here = tokenAfter(tokens, range.start);
    let at = offset === null ? here + step : tokenAfter(tokens, offset);
    if (step > 0 ? at <= here : at >= here) at = here + step;
    this.#stop(tokens[at]);
  }

  /** Shows it in the page: an entity by focus, words by the page's own selection. */
  show() {
    this.view.current(this.id);
    if (this.id !== null && !this.byPointer) document.getSelection()?.removeAllRanges();
    if (this.words) {
      this.#leaveMark();
      this.view.select(/** @type {Token} */ (this.range));
      this.#scroll();
    } else if (this.id === null) {
      this.#leaveMark();
    }
  }

  #leaveMark() {
    if (document.activeElement?.matches("mark")) this.view.root.focus({ preventScroll: true });
  }

  #scroll() {
    const box = this.view.range(/** @type {Token} */ (this.range)).getBoundingClientRect();
    const floor = (document.querySelector(".bar")?.getBoundingClientRect().top ?? innerHeight) - 16;
    if (box.bottom > floor) scrollBy(0, Math.min(box.bottom - floor, box.top - 16));
    else if (box.top < 16) scrollBy(0, box.top - 16);
  }

  /** Where the label buttons go when the mouse or a finger made the selection. */
  bubbleRect() {
    if (!this.byPointer || !this.words) return null;
    const boxes = this.view.range(/** @type {Token} */ (this.range)).getClientRects();
    return boxes[boxes.length - 1] ?? null;
  }

  describe() {
    if (this.span) return nameOf(this.span, this.spans.text);
    const range = this.range;
    return range ? `Selected: ${this.spans.text.slice(range.start, range.end)}` : "";
  }
}
