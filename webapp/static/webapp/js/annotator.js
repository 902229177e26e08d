// @ts-check
/**
 * One note at a time in the page's skeleton: brings the spans, the views and the keys together. Knows nothing of the
 * server, of drafts or of other notes: what goes beyond the note is a hook of the page. `destroy()` takes the listeners
 * off, so that another Annotator can be built for the next note in the same skeleton.
 */
import { Bubble } from "./bubble.js";
import { Clock } from "./clock.js";
import { CodeDialog } from "./code.js";
import { Edits } from "./edits.js";
import { Handles } from "./handles.js";
import { Help } from "./help.js";
import { Keymap, shown } from "./keymap.js";
import { commandOf, HELD, isElsewhere } from "./keys.js";
import { NoteView } from "./note-view.js";
import { byId, count } from "./page-parts.js";
import { Pointer } from "./pointer.js";
import { SideView } from "./side-view.js";
import { ASSERTIONS, nameOf } from "./span.js";
import { Spans } from "./spans.js";
import { Target } from "./target.js";

/** @typedef {import("./span.js").Span} Span */
/** @typedef {import("./span.js").Row} Row */
/** @typedef {import("./keys.js").Command} Command */
/** @typedef {import("./stretch.js").Side} Side */

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
 * @property {(keys: Record<string, string>) => void} [keys] a person changed keys: all that differ from the standard
 */

// An Enter meant for the note before must not submit this one unseen.
const SETTLE = 250;

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
    const { signal } = this.life;
    const settle = setTimeout(() => this.#arm(), SETTLE);
    signal.addEventListener("abort", () => clearTimeout(settle));
    const options = { nested: data.nested, threshold: data.doubt_threshold };
    this.spans = new Spans(data.text, data.spans, options);
    this.view = new NoteView(byId("note"), data.text, new Map(data.labels.map((/** @type {any} */ l) => [l.name, l])));
    this.side = new SideView(data.text, data.labels);
    this.bubble = new Bubble(data.labels);
    this.target = new Target(this.spans, this.view);
    this.codes = new CodeDialog(signal);
    this.edits = new Edits(this);
    this.keymap = new Keymap(data.labels, data.keys);
    this.help = new Help(this.keymap, (keys) => hooks.keys?.(keys), signal);
    this.handles = new Handles(this);
    this.clock = new Clock(data.seconds).follow(document, signal);
    this.#listen(signal);
    this.#open();
  }

  /** Takes every listener off; the skeleton is free for the next note. */
  destroy() {
    this.life.abort();
    this.bubble.show(null, null);
    this.target.live.show(null);
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
    const { list, leftOut, doubtful } = this.spans;
    const enter = shown(this.keymap.of("submit"));
    const all = count(list.length, "entity", "entities");
    if (leftOut) this.say(`${count(leftOut, "suggestion")} overlapped others or lay outside the text; left out.`);
    else if (doubtful.length) this.say(`${all}, ${doubtful.length} doubtful: ${enter} goes to the first of them.`);
    else if (list.length) this.say(`${all}. ${enter} accepts and opens the next note.`);
    else this.say("Nothing is marked yet.");
  }

  /** Brings the page up to date with the spans and the target. */
  show() {
    this.view.render(this.spans.list);
    this.side.render(this.spans.list, this.life.signal);
    this.#point();
  }

  #point() {
    this.target.show();
    this.#enable();
  }

  #enable() {
    const { past, future } = this.spans;
    const undo = past.length > 0 || Boolean(this.hooks.back);
    const redo = future.length > 0 || Boolean(this.hooks.forward);
    this.side.enable({ undo, redo, busy: this.busy || !this.armed });
    this.handles.show();
    this.bubble.show(this.busy ? null : this.target.bubbleRect(), this.target.span);
  }

  /**
   * Called after each edit.
   * @param {string} sentence
   * @param {Span | null} [decided] what was kept or removed: when it was doubtful, the next doubtful one asks
   */
  changed(sentence, decided) {
    this.show();
    this.say(sentence);
    if (decided?.doubtful) this.#ask(`${sentence}. `, decided.start);
    this.hooks.changed?.(this.rows(), this.seconds);
  }

  /**
   * Goes to a doubtful entity and asks for a decision.
   * @param {string} before what is said first
   * @param {number} [from] the first one from here on, else the first of all
   */
  #ask(before, from = 0) {
    const { doubtful } = this.spans;
    const enter = shown(this.keymap.of("submit"));
    const span = doubtful.find((each) => each.start >= from) ?? doubtful[0];
    if (!span) return this.say(`${before}No doubtful entity is left: ${enter} submits.`);
    this.target.toSpan(span.id);
    this.#point();
    const how = `${enter} keeps it, ${shown(this.keymap.of("remove"))} removes it`;
    this.say(`${before}Right? ${nameOf(span, this.data.text)}. ${how} (${doubtful.length} to decide).`);
  }

  /** Called when the target moved and nothing else changed. */
  moved() {
    this.#point();
    const said = this.target.describe();
    if (said) this.say(said);
  }

  /** @param {() => void} move */
  to(move) {
    move();
    this.moved();
  }

  /**
   * @param {Command & {value?: string}} command
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
    const { edits, target, hooks } = this;
    return {
      label: ({ label }) => edits.label(label),
      remove: ({ id }) => edits.remove(id),
      go: ({ id }) => this.to(() => target.toSpan(Number(id))),
      undo: () => this.#travel(this.spans.undo(), "Undone.", hooks.back, "Nothing to undo."),
      redo: () => this.#travel(this.spans.redo(), "Redone.", hooks.forward, "Nothing to redo."),
      tab: ({ step }) => this.to(() => target.tab(step)),
      line: ({ step }) => this.to(() => target.line(step)),
      arrow: ({ step, side, by }) => this.#arrow(step, side, by),
      edge: ({ side, step, by }) => edits.edge(side, Number(step), by),
      clear: () => this.to(() => target.clear()),
      keep: () => edits.keep(),
      ...Object.fromEntries(ASSERTIONS.map((value) => [value, () => edits.toggle(value)])),
      code: () => edits.code(),
      all: () => edits.all(),
      submit: () => this.armed && this.#submit(),
      skip: () => hooks.skip?.(),
      flag: () => hooks.flag?.(),
      comment: () => hooks.comment?.(),
      help: () => this.help.open(),
    };
  }

  /** Enter: keeps the doubtful entity in hand, goes to one that waits, or else submits. */
  #submit() {
    if (this.target.span?.doubtful) this.edits.keep();
    else if (this.spans.doubtful.length) this.#ask("");
    else this.hooks.submit?.();
  }

  /**
   * On an entity an arrow moves an edge; on words it walks, or reaches further with Shift.
   * @param {number} step
   * @param {Side} side
   * @param {"token" | "character"} by
   */
  #arrow(step, side, by) {
    const { target, edits } = this;
    const way = this.view.isRightToLeft(target.range?.start ?? target.last) ? -step : step;
    if (target.span && by === "character") return edits.edge(side, way, by);
    if (target.span && target.walking) return side === "start" ? edits.edge("end", way) : this.to(() => target.walk(way));
    if (target.span) return edits.edge(side, way);
    if (by === "character") return edits.edge(side, way, by);
    this.to(() => (side === "start" ? target.extend(way) : target.walk(way)));
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
    const differs = this.spans.list.find((span) => !before.has(span));
    if (differs) this.target.toSpan(differs.id);
    else this.target.clear();
    this.changed(sentence);
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    document.addEventListener("click", (event) => this.#click(event), { signal });
    window.addEventListener("resize", () => this.#enable(), { signal });
    new Pointer(this).listen(signal);
    this.handles.listen(signal);
    for (const name of /** @type {const} */ (["skip", "flag", "comment"])) {
      for (const button of document.querySelectorAll(`[data-do="${name}"]`)) button.toggleAttribute("hidden", !this.hooks[name]);
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (isElsewhere(event)) return;
    const command = commandOf(event, this.keymap);
    if (!command || (command.name === "line" && !this.target.range)) return;
    // Beyond the last entity Tab leaves the note, as everywhere.
    if (command.name === "tab" && !this.target.next(command.step ?? 1)) return;
    event.preventDefault();
    if (!event.repeat || HELD.has(command.name)) this.run(command);
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    if (!(button instanceof HTMLElement)) return;
    if (button.dataset.do === "close") button.closest("dialog")?.close();
    else this.run({ ...button.dataset, name: button.dataset.do ?? "" });
  }
}
