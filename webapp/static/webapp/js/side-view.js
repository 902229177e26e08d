// @ts-check
/** The list of entities beside the note, the label buttons, and the keys in the help. Text goes in as text only. */
import { KEYS } from "./keys.js";
import { nameOf } from "./note-view.js";

/** @typedef {import("./spans.js").Span} Span */
/** @typedef {{name: string, key: string, colour: number, hint: string}} Label */

/**
 * @param {string} tag
 * @param {string} className
 * @param {string} [text]
 */
function make(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class SideView {
  /**
   * @param {string} text
   * @param {Label[]} labels
   */
  constructor(text, labels) {
    this.text = text;
    this.colours = new Map(labels.map((label) => [label.name, label.colour]));
    this.list = byId("span-list");
    this.list.replaceChildren();
    /** @type {Map<Span, HTMLElement>} */
    this.rows = new Map();
    byId("labels").replaceChildren(...labels.map(labelButton));
    byId("bubble").replaceChildren(...labels.map(labelButton));
    byId("help-keys").replaceChildren(...labels.flatMap(({ key, name, hint }) => help(key, hint ? `${name}: ${hint}` : name)));
    byId("help-keys").append(...KEYS.flatMap(([key, what]) => help(key, what)));
  }

  /**
   * Keeps the rows of unchanged spans.
   * @param {Span[]} spans
   */
  render(spans) {
    const rows = new Map(spans.map((span) => [span, this.rows.get(span) ?? this.#row(span)]));
    for (const [span, row] of this.rows) if (!rows.has(span)) row.remove();
    let place = this.list.firstElementChild;
    for (const row of rows.values()) {
      if (place === row) place = row.nextElementSibling;
      else this.list.insertBefore(row, place);
    }
    this.rows = rows;
    byId("span-count").textContent = String(spans.length);
    byId("span-empty").hidden = spans.length > 0;
  }

  /** @param {Span} span */
  #row(span) {
    const row = make("li", `span-row label-${(this.colours.get(span.label) ?? 0) % 6}`);
    const go = make("button", "span-go");
    go.append(make("span", "span-mention", this.text.slice(span.start, span.end)), make("span", "tag", span.label));
    if (span.score !== null) go.append(make("span", "span-score num", span.score.toFixed(2)));
    const remove = make("button", "span-remove", "×");
    remove.setAttribute("aria-label", `Remove ${nameOf(span, this.text)}`);
    for (const [button, name] of /** @type {const} */ ([[go, "go"], [remove, "remove"]])) {
      button.setAttribute("type", "button");
      button.dataset.do = name;
      button.dataset.id = String(span.id);
    }
    row.append(go, remove);
    return row;
  }

  /** @param {string} sentence */
  say(sentence) {
    byId("said").textContent = sentence;
  }

  /** @param {{undo: boolean, redo: boolean, edges: boolean, busy: boolean}} state */
  enable({ undo, redo, edges, busy }) {
    /** @type {HTMLButtonElement} */ (byId("undo")).disabled = !undo || busy;
    /** @type {HTMLButtonElement} */ (byId("redo")).disabled = !redo || busy;
    /** @type {HTMLButtonElement} */ (byId("submit")).disabled = busy;
    byId("edges").hidden = !edges;
  }

  /**
   * Label buttons beside a place in the note; null hides them.
   * @param {DOMRect | null} rect
   */
  bubble(rect) {
    const bubble = byId("bubble");
    bubble.hidden = !rect;
    if (!rect) return;
    const frame = /** @type {HTMLElement} */ (bubble.offsetParent).getBoundingClientRect();
    const left = Math.min(rect.left - frame.left, frame.width - bubble.offsetWidth - 8);
    bubble.style.setProperty("left", `${Math.max(8, left)}px`);
    bubble.style.setProperty("top", `${rect.bottom - frame.top + 6}px`);
  }
}

/** @param {Label} label */
function labelButton({ name, key, colour, hint }) {
  const button = make("button", `button button-small label-button label-${colour % 6}`, `${name} `);
  button.setAttribute("type", "button");
  button.dataset.do = "label";
  button.dataset.label = name;
  if (hint) button.title = hint;
  button.append(make("kbd", "", key));
  return button;
}

/**
 * @param {string} key
 * @param {string} what
 */
function help(key, what) {
  const term = make("dt", "");
  term.append(make("kbd", "", key));
  return [term, make("dd", "", what)];
}
