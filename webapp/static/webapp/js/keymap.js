// @ts-check
/** Which key stands for which command. A person may change the keys; a project's labels come before them. */

/** @typedef {{name: string, key: string, colour: number, hint: string}} Label */

/** The commands whose key a person may change: name, key as it comes, what it does. */
export const COMMANDS = /** @type {const} */ ([
  ["submit", "Enter", "keep a doubtful entity; when none is left, submit and open the next note"],
  ["remove", "Delete", "remove the entity"],
  ["undo", "u", "undo, across notes too"],
  ["redo", "r", "redo"],
  ["all", "a", "label every other place that says the same"],
  ["negated", "n", "negated: the note says it is absent"],
  ["possible", "p", "possible: not certain"],
  ["historical", "h", "historical: over, not current"],
  ["family", "f", "family: a relative's, not the patient's"],
  ["code", "c", "ICD-10 code of the entity"],
  ["skip", "s", "skip the note, with a reason"],
  ["flag", "o", "ask for a second opinion"],
  ["comment", "m", "write a comment"],
  ["help", "?", "show and change these keys"],
]);

/** What always does the same. */
export const FIXED = /** @type {const} */ ([
  ["Tab", "next entity (Shift+Tab: the one before)"],
  ["← →", "on an entity: move its end by a word; else: walk through the words"],
  ["Shift+← →", "on an entity: move its start by a word; on words: select more or fewer"],
  ["Alt+← →", "on an entity: move its end by a character (with Shift: its start)"],
  ["↑ ↓", "the line above or below, once you walk"],
  ["Esc", "let go, and walk on from there"],
  ["Ctrl+Z", "undo (Ctrl+Shift+Z or Ctrl+Y: redo)"],
]);

const NAMED = ["Enter", "Delete", "Insert", "Home", "End", "F2", "F4", "F8", "F9"];

/**
 * Whether a key may stand for a command at all: the others move about or belong to the browser.
 * @param {unknown} key
 */
function isFree(key) {
  if (typeof key !== "string") return false;
  return NAMED.includes(key) || ([...key].length === 1 && key.trim() !== "" && key === key.toLowerCase());
}

/** @param {string} key as people read it */
export const shown = (key) => ({ Delete: "Del", Insert: "Ins" })[key] ?? key;

export class Keymap {
  /**
   * @param {Label[]} labels
   * @param {Record<string, unknown>} [own] what a person changed; what does not fit is left out
   */
  constructor(labels, own = {}) {
    this.labels = labels;
    /** @type {Record<string, string>} */
    this.own = {};
    for (const [name, standard] of COMMANDS) {
      const key = own[name];
      if (isFree(key) && key !== standard && !Object.values(this.own).includes(/** @type {string} */ (key))) {
        this.own[name] = /** @type {string} */ (key);
      }
    }
    this.#settle();
  }

  /** Own keys come before standard ones, labels before both; a command that loses its key has none. */
  #settle() {
    /** @type {Map<string, string>} */
    this.byKey = new Map();
    const names = COMMANDS.map(([name]) => name);
    for (const own of [true, false]) {
      for (const name of names.filter((each) => each in this.own === own)) {
        const key = this.own[name] ?? standardOf(name);
        if (!this.label(key) && !this.byKey.has(key)) this.byKey.set(key, name);
      }
    }
  }

  /** @param {string} key */
  label(key) {
    return this.labels.find((label) => label.key.toLowerCase() === key) ?? null;
  }

  /** @param {string} key */
  command(key) {
    return this.byKey?.get(key) ?? null;
  }

  /**
   * The key of a command; empty when it has none.
   * @param {string} name
   */
  of(name) {
    for (const [key, each] of this.byKey ?? []) if (each === name) return key;
    return "";
  }

  /**
   * Why a key can't stand for a command; empty when it can.
   * @param {string} name
   * @param {string} key
   */
  problem(name, key) {
    if (!isFree(key)) return `“${shown(key)}” moves about or belongs to the browser; press another key.`;
    const label = this.label(key);
    if (label) return `“${shown(key)}” gives the label ${label.name}; press another key.`;
    const other = this.command(key);
    const what = COMMANDS.find(([each]) => each === other)?.[2];
    return other && other !== name ? `“${shown(key)}” is taken (${what}); press another key.` : "";
  }

  /**
   * @param {string} name
   * @param {string} key without a problem
   */
  set(name, key) {
    if (key === standardOf(name)) delete this.own[name];
    else this.own[name] = key;
    this.#settle();
  }

  reset() {
    this.own = {};
    this.#settle();
  }
}

/** @param {string} name */
function standardOf(name) {
  return COMMANDS.find(([each]) => each === name)?.[1] ?? "";
}
