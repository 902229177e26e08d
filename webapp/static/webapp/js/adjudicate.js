// @ts-check
/** The adjudication page: two versions on one text, decided difference by difference with one key each. */
import { CHOICES, Panel, byId } from "./adjudicate-panel.js";
import { Clock } from "./clock.js";
import { Server } from "./server.js";

/** @typedef {import("./adjudicate-panel.js").Choice} Choice */
/** @typedef {{name?: string, choice?: string, step?: string | number, index?: string}} Command */

/** @type {Record<string, string>} What to say when there is no answer; a refusal brings its own sentence. */
const TROUBLE = {
  away: "The server can't be reached. Your decisions are kept in this page; try again.",
  out: "You are signed out. Sign in in another tab, then try again; your decisions are kept.",
};
// An Enter meant for the note before must not submit this one unseen.
const SETTLE = 250;
/** @type {Record<string, Command>} */
const KEYS = {
  1: { name: "choose", choice: "left" },
  ArrowLeft: { name: "choose", choice: "left" },
  2: { name: "choose", choice: "right" },
  ArrowRight: { name: "choose", choice: "right" },
  3: { name: "choose", choice: "both" },
  b: { name: "choose", choice: "both" },
  0: { name: "choose", choice: "neither" },
  ArrowUp: { name: "move", step: -1 },
  ArrowDown: { name: "move", step: 1 },
  u: { name: "undo" },
  Enter: { name: "submit" },
};

/** @param {string} id */
const button = (id) => /** @type {HTMLButtonElement} */ (document.getElementById(id));
/** @param {string} sentence */
const say = (sentence) => void (byId("said").textContent = sentence);

/** @param {string | null} sentence */
function alarm(sentence) {
  byId("alert").hidden = sentence === null;
  byId("alert-text").textContent = sentence ?? "";
}

export class Adjudicator {
  /**
   * @param {any} data the page's JSON
   * @param {{csrf: string, user: string}} page
   */
  constructor(data, { csrf, user }) {
    this.data = data;
    this.server = new Server(csrf, user);
    this.busy = false;
    this.armed = false;
    this.key = `adjudicate:${data.task}:${data.versions.join(":")}:${data.base_revision}:${user}`;
    this.panel = new Panel(data);
    /** @type {(Choice | null)[]} */
    this.choices = this.#kept() ?? [...data.choices];
    /** @type {{index: number, choice: Choice | null}[]} */
    this.past = [];
    this.clock = new Clock(data.seconds).follow(document);
    this.current = Math.max(0, this.choices.indexOf(null));
    this.show();
    say(this.left ? this.panel.describe(this.current) : "All are decided. Enter submits.");
    setTimeout(() => this.#arm(), SETTLE);
  }

  #arm() {
    this.armed = true;
    this.#enable();
  }

  get left() {
    return this.choices.filter((choice) => choice === null).length;
  }

  /** Decisions outlive a reload of the tab. They hold no word of the note. */
  #kept() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.key) ?? "null");
      return Array.isArray(kept) && kept.length === this.data.differences.length ? kept : null;
    } catch {
      return null;
    }
  }

  #keep() {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.choices));
    } catch {
      // A full or forbidden storage costs the decisions on a reload, nothing else.
    }
  }

  show() {
    this.panel.show(this.choices, this.current);
    this.#enable();
  }

  #enable() {
    const off = this.busy || !this.armed;
    button("undo").disabled = off || !this.past.length;
    button("submit").disabled = off || this.left > 0;
  }

  /** @param {Command} command */
  run({ name, choice, step, index }) {
    if (this.busy) return;
    if (name === "choose") this.choose(/** @type {Choice} */ (choice));
    else if (name === "move") this.go(this.current + Number(step));
    else if (name === "go") this.go(Number(index));
    else if (name === "undo") this.undo();
    else if (name === "submit") void this.submit();
    else if (name === "hand") void this.#send(this.data.urls.by_hand, "Opening the note…");
  }

  /** @param {Choice} name */
  choose(name) {
    const { choices, left } = this.data.differences[this.current];
    // Where one side is empty, neither is that side.
    const choice = name === "neither" && !choices.includes(name) ? (left.length ? "right" : "left") : name;
    if (!choices.includes(choice)) return say("Both can't stand together here; choose one of them.");
    this.past.push({ index: this.current, choice: this.choices[this.current] });
    this.choices[this.current] = choice;
    this.#keep();
    const next = this.#nextOpen();
    if (next >= 0) return this.go(next, `${CHOICES[choice].name} taken.`);
    this.show();
    say(`${CHOICES[choice].name} taken. All are decided. Enter submits.`);
    button("submit").focus({ preventScroll: true });
  }

  #nextOpen() {
    const after = this.choices.indexOf(null, this.current + 1);
    return after < 0 ? this.choices.indexOf(null) : after;
  }

  /**
   * @param {number} index
   * @param {string} [before] what to say first
   */
  go(index, before = "") {
    this.current = Math.max(0, Math.min(this.choices.length - 1, index));
    this.show();
    say(`${before} ${this.panel.describe(this.current)}`.trim());
  }

  undo() {
    const step = this.past.pop();
    if (!step) return say("Nothing to undo.");
    this.choices[step.index] = step.choice;
    this.#keep();
    this.go(step.index, "Undone.");
  }

  async submit() {
    if (!this.armed) return;
    const open = this.choices[this.current] === null ? this.current : this.#nextOpen();
    if (open >= 0) return this.go(open, `${this.left} not decided yet.`);
    await this.#send(this.data.urls.submit, "Saving…");
  }

  /**
   * @param {string} url
   * @param {string} sentence
   */
  async #send(url, sentence) {
    this.busy = true;
    alarm(null);
    say(sentence);
    this.#enable();
    const { versions, base_revision } = this.data;
    const body = { versions, base_revision, choices: this.choices, seconds: this.clock.seconds };
    const answer = await this.server.post(url, body);
    // Stays busy: nothing more may be sent from this page.
    if (answer.state === "ok") return location.assign(answer.body.next);
    this.busy = false;
    this.#enable();
    say("Not saved.");
    alarm(TROUBLE[answer.state] ?? answer.error);
  }
}

/** @param {KeyboardEvent} event */
function commandOf(event) {
  if (event.ctrlKey || event.metaKey) return !event.altKey && event.key === "z" ? { name: "undo" } : null;
  if (event.altKey || event.shiftKey || document.querySelector("dialog[open]")) return null;
  const inControl = event.target instanceof Element && event.target.closest("button, a, summary, input");
  // A control takes Enter for itself.
  return inControl && event.key === "Enter" ? null : (KEYS[event.key.toLowerCase()] ?? KEYS[event.key] ?? null);
}

/** @param {Adjudicator} adjudicator */
function listen(adjudicator) {
  document.addEventListener("keydown", (event) => {
    const command = event.defaultPrevented || event.isComposing ? null : commandOf(event);
    if (!command) return;
    event.preventDefault();
    if (!event.repeat || command.name === "move") adjudicator.run(command);
  });
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const pressed = target?.closest("[data-do]");
    const mark = target?.closest("mark.difference");
    if (pressed instanceof HTMLElement) adjudicator.run({ ...pressed.dataset, name: pressed.dataset.do });
    else if (mark instanceof HTMLElement) adjudicator.run({ name: "go", index: mark.dataset.index });
  });
  // A page brought back by the Back button may hold a note that is decided.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
}

/** Starts the page; also what tests call. */
export function start() {
  const root = byId("adjudicator");
  const data = JSON.parse(byId("case-data").textContent ?? "");
  const csrf = /** @type {HTMLInputElement} */ (root.querySelector("[name=csrfmiddlewaretoken]")).value;
  const adjudicator = new Adjudicator(data, { csrf, user: root.dataset.user ?? "" });
  listen(adjudicator);
  root.dataset.ready = "yes";
  return adjudicator;
}

if (document.getElementById("adjudicator")) start();
