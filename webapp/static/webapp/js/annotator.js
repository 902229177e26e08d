// @ts-check
/**
 * One note at a time in the page's skeleton: brings the spans, the views and the keys together. Knows nothing of the
 * server, of drafts or of other notes: what goes beyond the note is a hook of the page. `destroy()` takes the listeners
 * off, so that another Annotator can be built for the next note in the same skeleton.
 */
import { Clock } from "./clock.js";
import { commandOf, isElsewhere } from "./keys.js";
import { NoteView } from "./note-view.js";
import { Pointer } from "./pointer.js";
import { SideView } from "./side-view.js";
import { Spans } from "./spans.js";
import { Target } from "./target.js";

/** @typedef {import("./spans.js").Span} Span */
/** @typedef {import("./spans.js").Row} Row */
/** @typedef {import("./keys.js").Command} Command */

/**
 * What the page does for the note; a hook that is missing is a command that is not there.
 * @typedef {object} Hooks
 * @property {(rows: Row[], seconds: number) => void} [changed] after each edit, undo and redo included
 * @property {() => void} [submit]
 * @property {() => void} [skip]
 * @property {() => void} [flag] for a second opinion
 * @property {() => void} [comment]
 * @property {() => void} [back] undo when nothing is left to undo in this note
 * @property {() => void} [forward] redo when nothing is left to redo
 * @property {(keys: Record<string, string>) => void} [keys] a person's keys have changed
 */

// An Enter meant for the note before must not submit this one unseen.
const SETTLE = 250;

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * @param {number} n
 * @param {string} noun
 */
const count = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

export class Annotator {
  /**
   * @param {any} data the payload of a task
   * @param {Hooks} [hooks]
   */
  constructor(data, hooks = {}) {
    this.data = data;
    this.hooks = hooks;
    this.busy = false;
    this.armed = false;
    this.life = new AbortController();
    const settle = setTimeout(() => this.#arm(), SETTLE);
    this.life.signal.addEventListener("abort", () => clearTimeout(settle));
    this.spans = new Spans(data.text, data.spans, { nested: data.nested });
    this.view = new NoteView(byId("note"), data.text, new Map(data.labels.map((/** @type {any} */ l) => [l.name, l])));
    this.side = new SideView(data.text, data.labels);
    this.target = new Target(this.spans, this.view);
    this.clock = new Clock(data.seconds).follow(document, this.life.signal);
    this.#listen();
    this.#open();
  }

  /** Takes every listener off; the skeleton is free for the next note. */
  destroy() {
    this.life.abort();
    this.side.bubble(null);
  }

  /** What the server is told. */
  rows() {
    return this.spans.rows();
  }

  get seconds() {
    return this.clock.seconds;
  }

  /**
   * Takes up work kept from before, as one step that can be undone.
   * @param {Row[]} rows
   */
  restore(rows) {
    this.spans.restore(rows);
    this.show();
  }

  /**
   * While frozen no command changes anything; the help still opens.
   * @param {boolean} frozen
   */
  freeze(frozen) {
    this.busy = frozen;
    this.#enable();
  }

  /** @param {string} sentence */
  say(sentence) {
    this.side.say(sentence);
  }

  #arm() {
    this.armed = true;
    this.#enable();
  }

  #open() {
    this.show();
    const n = this.spans.list.length;
    this.say(n ? `${n} ${n === 1 ? "entity" : "entities"} to check.` : "Nothing is marked yet.");
    const { leftOut } = this.spans;
    if (leftOut) this.say(`${count(leftOut, "suggestion")} overlapped others or lay outside the text; left out.`);
  }

  /** Brings the page up to date with the spans and the target. */
  show() {
    this.view.render(this.spans.list);
    this.side.render(this.spans.list);
    this.target.show();
    this.#enable();
  }

  #enable() {
    const { past, future } = this.spans;
    const edges = this.target.span !== null;
    this.side.enable({ undo: past.length > 0, redo: future.length > 0, edges, busy: this.busy || !this.armed });
    this.side.bubble(this.target.bubbleRect());
  }

  /** @param {string} sentence */
  #changed(sentence) {
    this.show();
    this.side.say(sentence);
    this.hooks.changed?.(this.rows(), this.seconds);
  }

  /** Called when the target moved and nothing else changed. */
  moved() {
    this.target.show();
    this.#enable();
    const said = this.target.describe();
    if (said) this.side.say(said);
  }

  /**
   * @param {Command & {side?: string, id?: string}} command
   * @returns {boolean} whether there is such a command
   */
  run(command) {
    const act = this.#commands()[command.name];
    if (!act) return false;
    if (!this.busy || command.name === "help") act(command);
    return true;
  }

  /** @returns {Record<string, (command: any) => void>} */
  #commands() {
    return {
      label: ({ label }) => this.label(label),
      remove: ({ id }) => this.remove(id),
      go: ({ id }) => this.#to(() => this.target.toSpan(Number(id))),
      undo: () => this.#travel(this.spans.undo(), "Undone.", this.hooks.back, "Nothing to undo."),
      redo: () => this.#travel(this.spans.redo(), "Redone.", this.hooks.forward, "Nothing to redo."),
      walk: ({ step }) => this.#to(() => this.target.walk(step)),
      line: ({ step }) => this.#to(() => this.target.line(step)),
      extend: ({ step }) => (this.target.span ? this.edge("end", step) : this.#to(() => this.target.extend(step))),
      start: ({ step }) => this.edge("start", step),
      edge: ({ side, step }) => this.edge(side, Number(step)),
      clear: () => this.#to(() => this.target.clear()),
      submit: () => this.armed && this.hooks.submit?.(),
      skip: () => this.hooks.skip?.(),
      flag: () => this.hooks.flag?.(),
      comment: () => this.hooks.comment?.(),
      help: () => /** @type {HTMLDialogElement} */ (byId("help-dialog")).showModal(),
    };
  }

  /** @param {() => void} move */
  #to(move) {
    move();
    this.moved();
  }

  /**
   * Gives the target a label.
   * @param {string} label
   */
  label(label) {
    const range = this.target.range;
    if (!range) return this.side.say("First select words or an entity, then press the label's key.");
    const current = this.target.span;
    const { span, changed, replaced } = current
      ? { ...this.spans.relabel(current.id, label), replaced: [] }
      : this.spans.add(range.start, range.end, label);
    this.target.toSpan(span.id);
    const mention = this.spans.mention(span);
    if (!changed) return this.#to(() => this.side.say(`Already ${label}: ${mention}`));
    const gone = replaced.map((old) => `${old.label} “${this.spans.mention(old)}”`).join(", ");
    this.#changed(`${label}: ${mention}${gone ? `. Replaced ${gone}; undo brings it back` : ""}`);
  }

  /**
   * Removes an entity by its id, the target, or all within the selected words.
   * @param {string} [id]
   */
  remove(id) {
    const range = this.target.range;
    const chosen = id ? this.spans.get(Number(id)) : this.target.span;
    const doomed = chosen ? [chosen] : range ? this.spans.within(range.start, range.end) : [];
    if (!doomed.length) return this.side.say("First select an entity to remove.");
    const removed = this.spans.remove(doomed.map((span) => span.id));
    const next = this.spans.list.find((span) => span.start >= removed[0].start) ?? this.spans.list.at(-1);
    if (next && !id) this.target.toSpan(next.id);
    else this.target.clear();
    this.#changed(`Removed ${removed.map((span) => `${span.label}: ${this.spans.mention(span)}`).join(", ")}`);
  }

  /**
   * @param {"start" | "end"} side
   * @param {number} step
   */
  edge(side, step) {
    const current = this.target.span;
    if (!current) return this.side.say("First select an entity, then move its edge.");
    const { span, changed, blocked } = this.spans.moveEdge(current.id, side, step);
    if (changed) return this.#changed(`${span.label}: ${this.spans.mention(span)}`);
    this.side.say(blocked ? "Another entity is in the way." : "The edge can't go further.");
  }

  /**
   * @param {boolean} done
   * @param {string} sentence
   * @param {(() => void) | undefined} beyond this note
   * @param {string} nothing
   */
  #travel(done, sentence, beyond, nothing) {
    if (!done) return beyond ? beyond() : this.say(nothing);
    const before = new Set(this.side.rows.keys());
    const changed = this.spans.list.find((span) => !before.has(span));
    if (changed) this.target.toSpan(changed.id);
    else this.target.clear();
    this.#changed(sentence);
  }

  #listen() {
    const { signal } = this.life;
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    document.addEventListener("click", (event) => this.#click(event), { signal });
    new Pointer(this).listen(signal);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (isElsewhere(event)) return;
    const command = commandOf(event, this.data.labels);
    if (!command || (command.name === "line" && !this.target.range)) return;
    event.preventDefault();
    if (!event.repeat || ["walk", "line", "extend", "start"].includes(command.name)) this.run(command);
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    if (!(button instanceof HTMLElement)) return;
    if (button.dataset.do === "close") button.closest("dialog")?.close();
    else this.run({ ...button.dataset, name: button.dataset.do ?? "" });
  }
}
