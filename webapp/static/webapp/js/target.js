// @ts-check
/** What the next key acts on: one entity, or a stretch of words. Walks from one to the other. */
import { Live } from "./live.js";
import { nameOf } from "./span.js";
import { same } from "./stretch.js";
import { snap, tokenAfter } from "./tokens.js";

/** @typedef {import("./span.js").Span} Span */
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
    /** An entity just added to words by keys counts as words still: arrows walk on. */
    this.walking = false;
    this.live = new Live(view);
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
    this.walking = false;
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
   * Takes a stretch of the text, widened to words; exactly an entity's words are the entity.
   * @param {number} start
   * @param {number} end
   */
  toStretch(start, end) {
    const whole = snap(this.spans.tokens, start, end);
    const twin = whole && this.spans.list.find((span) => same(span, whole));
    if (twin) this.toSpan(twin.id);
    else if (whole) this.toWords(whole);
    else this.clear();
  }

  /**
   * The entity after or before.
   * @param {number} step
   */
  next(step) {
    const { list } = this.spans;
    const from = this.range ?? { start: this.last, end: this.last };
    if (this.span) return list[list.indexOf(this.span) + step];
    return step > 0 ? list.find((each) => each.end > from.start) : list.findLast((each) => each.start < from.start);
  }

  /** @param {number} step */
  tab(step) {
    const next = this.next(step);
    if (next) this.toSpan(next.id);
  }

  /**
   * To the word before or after; entities do not stop it.
   * @param {number} step
   */
  walk(step) {
    const { tokens } = this.spans;
    const from = this.range ?? { start: this.last, end: this.last };
    let at = tokenAfter(tokens, step > 0 ? from.end : from.start);
    // A span may end inside a word: that word is behind the walker.
    if (step > 0 && this.range && tokens[at]?.start < from.end) at += 1;
    const token = tokens[step > 0 ? at : at - 1];
    if (token) this.toWords(token);
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
    if (tokens[at]) this.toWords(tokens[at]);
  }

  /** Shows it in the page: an entity by focus, words by a highlight. */
  show() {
    this.view.current(this.id);
    this.live.show(this.words && this.range);
    if (this.words) this.#scroll();
  }

  #scroll() {
    const box = this.view.range(/** @type {Token} */ (this.range)).getBoundingClientRect();
    const floor = (document.querySelector(".bar")?.getBoundingClientRect().top ?? innerHeight) - 16;
    if (box.bottom > floor) scrollBy(0, Math.min(box.bottom - floor, box.top - 16));
    else if (box.top < 16) scrollBy(0, box.top - 16);
  }

  /** Where the buttons for it go when the mouse or a finger chose it, or the page asks for a decision. */
  bubbleRect() {
    const asked = this.span?.doubtful;
    if (!this.range || !(this.byPointer || asked)) return null;
    const boxes = this.view.range(this.range).getClientRects();
    return boxes[boxes.length - 1] ?? null;
  }

  describe() {
    if (this.span) return nameOf(this.span, this.spans.text);
    const range = this.range;
    if (!range) return "";
    const around = this.spans.within(range.start, range.end).at(-1);
    const inside = around ? ` (in ${around.label}: ${this.spans.mention(around)}; Tab takes it)` : "";
    return `Selected: ${this.spans.mention(range)}${inside}`;
  }
}
