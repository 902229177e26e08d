// @ts-check
/** The annotation page: brings the spans, the views, the keys and the server together. */
import { Clock } from "./clock.js";
import { Draft } from "./draft.js";
import { commandOf, isElsewhere } from "./keys.js";
import { NoteView } from "./note-view.js";
import { Pointer } from "./pointer.js";
import { send } from "./server.js";
import { SideView } from "./side-view.js";
import { Spans } from "./spans.js";
import { Target } from "./target.js";

/** @typedef {import("./spans.js").Span} Span */
/** @typedef {import("./keys.js").Command} Command */

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
   * @param {any} data the page's JSON
   * @param {{csrf: string, user: string}} page
   */
  constructor(data, { csrf, user }) {
    this.data = data;
    this.csrf = csrf;
    this.busy = false;
    this.armed = false;
    setTimeout(() => this.#arm(), SETTLE);
    this.spans = new Spans(data.text, data.spans, { nested: data.nested });
    this.view = new NoteView(byId("note"), data.text, new Map(data.labels.map((/** @type {any} */ l) => [l.name, l])));
    this.side = new SideView(data.text, data.labels);
    this.target = new Target(this.spans, this.view);
    this.draft = new Draft(data.task, data.base_revision, user);
    this.clock = new Clock(data.seconds).follow(document);
    this.#open();
  }

  #arm() {
    this.armed = true;
    this.#enable();
  }

  #open() {
    const kept = this.draft.load();
    if (kept) {
      this.spans.restore(kept.spans);
      this.clock.spent = Math.max(this.clock.spent, kept.seconds * 1000);
    }
    this.show();
    const n = this.spans.list.length;
    if (kept) this.side.say("Your unsaved work is back. Undo returns to the start.");
    else if (n) this.side.say(`${count(n, "entity").replace("entitys", "entities")} to check.`);
    else this.side.say("Nothing is marked yet.");
    if (this.spans.leftOut) {
      this.side.say(`${count(this.spans.leftOut, "suggestion")} overlapped others or lay outside the text; left out.`);
    }
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
    this.draft.save(this.spans.list, this.clock.seconds);
    this.show();
    this.side.say(sentence);
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
      undo: () => this.#travel(this.spans.undo(), "Undone.", "Nothing to undo."),
      redo: () => this.#travel(this.spans.redo(), "Redone.", "Nothing to redo."),
      walk: ({ step }) => this.#to(() => this.target.walk(step)),
      line: ({ step }) => this.#to(() => this.target.line(step)),
      extend: ({ step }) => (this.target.span ? this.edge("end", step) : this.#to(() => this.target.extend(step))),
      start: ({ step }) => this.edge("start", step),
      edge: ({ side, step }) => this.edge(side, Number(step)),
      clear: () => this.#to(() => this.target.clear()),
      submit: () => void this.submit(),
      skip: () => dialog("skip-dialog").showModal(),
      help: () => dialog("help-dialog").showModal(),
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
   * @param {string} nothing
   */
  #travel(done, sentence, nothing) {
    if (!done) return this.side.say(nothing);
    const before = new Set(this.side.rows.keys());
    const changed = this.spans.list.find((span) => !before.has(span));
    if (changed) this.target.toSpan(changed.id);
    else this.target.clear();
    this.#changed(sentence);
  }

  async submit() {
    if (this.busy || !this.armed) return;
    this.busy = true;
    this.side.alert(null);
    this.side.say("Saving…");
    this.#enable();
    const { base_revision, urls } = this.data;
    const body = { spans: this.spans.rows(), base_revision, seconds: this.clock.seconds };
    const answer = await send(urls.submit, body, this.csrf);
    if ("next" in answer) return this.#leave(answer.next);
    this.busy = false;
    this.#enable();
    this.side.say("Not saved.");
    this.side.alert(answer.error);
  }

  /**
   * Stays busy: nothing more may be sent from this page.
   * @param {string} next
   */
  #leave(next) {
    this.draft.clear();
    this.side.say("Saved. The next note opens…");
    location.assign(next);
  }
}

/** @param {string} id */
const dialog = (id) => /** @type {HTMLDialogElement} */ (document.getElementById(id));

/** @param {Annotator} annotator */
function listen(annotator) {
  document.addEventListener("keydown", (event) => {
    if (isElsewhere(event)) return;
    const command = commandOf(event, annotator.data.labels);
    if (!command || (command.name === "line" && !annotator.target.range)) return;
    if (event.repeat && !["walk", "line", "extend", "start"].includes(command.name)) return event.preventDefault();
    annotator.run(command);
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    if (!(button instanceof HTMLElement)) return;
    if (button.dataset.do === "close") button.closest("dialog")?.close();
    else annotator.run({ ...button.dataset, name: button.dataset.do ?? "" });
  });
  byId("skip-dialog").addEventListener("submit", () => annotator.draft.clear());
  // A page brought back by the Back button may hold a note that is finished.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  new Pointer(annotator).listen();
}

/** Starts the page; also what tests call. */
export function start() {
  const root = byId("annotator");
  const data = JSON.parse(byId("note-data").textContent ?? "");
  const csrf = /** @type {HTMLInputElement} */ (root.querySelector("[name=csrfmiddlewaretoken]")).value;
  const annotator = new Annotator(data, { csrf, user: root.dataset.user ?? "" });
  listen(annotator);
  // On a small screen the text comes first: what stands beside it starts folded.
  if (matchMedia("(max-width: 60rem)").matches) {
    for (const fold of document.querySelectorAll("details.fold")) fold.removeAttribute("open");
  }
  root.dataset.ready = "yes";
  return annotator;
}

if (document.getElementById("annotator")) start();
