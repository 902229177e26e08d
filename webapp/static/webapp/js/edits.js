// @ts-check
/** What a person does to the spans, each edit with a sentence that says what happened. */
import { count } from "./page-parts.js";
import { remarks } from "./span.js";

/** @typedef {import("./annotator.js").Annotator} Annotator */
/** @typedef {import("./span.js").Span} Span */
/** @typedef {import("./stretch.js").Side} Side */
/** @typedef {import("./spans.js").Unit} Unit */

const FIRST = "First select an entity:";

export class Edits {
  /** @param {Annotator} annotator */
  constructor(annotator) {
    this.annotator = annotator;
    this.spans = annotator.spans;
    this.target = annotator.target;
  }

  /** @param {Span} span */
  #words(span) {
    return [`${span.label}: ${this.spans.mention(span)}`, ...remarks(span)].join(", ");
  }

  /**
   * The entity in hand; without one says what it is needed for.
   * @param {string} purpose
   */
  #span(purpose) {
    const { span } = this.target;
    if (!span) this.annotator.say(`${FIRST} ${purpose}`);
    return span;
  }

  /**
   * Gives the target a label.
   * @param {string} label
   */
  label(label) {
    const { range, span: current, byPointer } = this.target;
    if (!range) return this.annotator.say("First select words or an entity, then press the label's key.");
    const walking = this.target.walking || (!current && !byPointer);
    const { span, changed, replaced } = current
      ? { ...this.spans.relabel(current.id, label), replaced: [] }
      : this.spans.add(range.start, range.end, label);
    this.target.toSpan(span.id);
    this.target.walking = walking;
    if (!changed) return this.annotator.to(() => this.annotator.say(`Already ${this.#words(span)}`));
    const gone = replaced.map((old) => `${old.label} “${this.spans.mention(old)}”`).join(", ");
    this.annotator.changed(`${this.#words(span)}${gone ? `. Replaced ${gone}; undo brings it back` : ""}`);
  }

  /**
   * Removes an entity by its id, the target, or all within the selected words.
   * @param {string} [id]
   */
  remove(id) {
    const { range, span, walking } = this.target;
    const chosen = id ? this.spans.get(Number(id)) : span;
    const doomed = chosen ? [chosen] : range ? this.spans.within(range.start, range.end) : [];
    if (!doomed.length) return this.annotator.say(`${FIRST} then it can be removed.`);
    const removed = this.spans.remove(doomed.map((each) => each.id));
    if (chosen && chosen === span) this.#after(removed[0].start, walking);
    this.annotator.changed(`Removed ${removed.map((each) => this.#words(each)).join("; ")}`, chosen);
  }

  /**
   * Where a person goes on after the entity in hand is gone.
   * @param {number} start
   * @param {boolean} walking
   */
  #after(start, walking) {
    const next = this.spans.list.find((each) => each.start >= start) ?? this.spans.list.at(-1);
    this.target.clear();
    this.target.last = start;
    if (next && !walking) this.target.toSpan(next.id);
  }

  /**
   * @param {Side} side
   * @param {number} step
   * @param {Unit} [by]
   */
  edge(side, step, by) {
    const span = this.#span("then its edges can be moved.");
    if (span) this.#moved(this.spans.moveEdge(span.id, side, step, by));
  }

  /**
   * @param {Side} side
   * @param {number} offset
   * @param {Unit} [by]
   */
  edgeTo(side, offset, by) {
    const { span } = this.target;
    if (span) this.#moved(this.spans.setEdge(span.id, side, offset, by));
  }

  /** @param {import("./spans.js").Moved} moved */
  #moved({ span, changed, blocked }) {
    if (changed) return this.annotator.changed(this.#words(span));
    this.annotator.say(blocked ? "Another entity is in the way." : "The edge can't go further.");
  }

  /** @param {string} value one of ASSERTIONS */
  toggle(value) {
    const span = this.#span(`then it can be ${value}.`);
    if (!span) return;
    const { span: now, on } = this.spans.toggle(span.id, value);
    this.annotator.changed(on ? this.#words(now) : `No longer ${value}: ${this.#words(now)}`);
  }

  code() {
    const span = this.#span("then it can have a code.");
    if (!span) return;
    this.annotator.codes.ask(this.#words(span), span.code, (code) => {
      const { span: now, changed } = this.spans.setCode(span.id, code);
      if (changed) this.annotator.changed(this.#words(now));
    });
  }

  all() {
    const span = this.#span("then every other place that says the same can be labelled.");
    if (!span) return;
    const added = this.spans.addAll(span.id);
    if (!added.length) return this.annotator.say(`No other unmarked place says “${this.spans.mention(span)}”.`);
    this.annotator.changed(`${span.label} added in ${count(added.length, "more place")}: ${this.spans.mention(span)}`);
  }

  /** Decides that the doubtful entity in hand stays, and goes to the next one. */
  keep() {
    const { span } = this.target;
    if (span?.doubtful) this.annotator.changed(`Kept ${this.#words(this.spans.keep(span.id))}`, span);
  }
}
