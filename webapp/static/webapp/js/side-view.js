// @ts-check
/** The list of entities beside the note, the label buttons and the status line of the bar. Text goes in as text only. */
import { byId, labelButton, make } from "./page-parts.js";
import { nameOf, remarks } from "./span.js";

/** @typedef {import("./span.js").Span} Span */
/** @typedef {import("./keymap.js").Label} Label */

// A note with hundreds of entities is shown first, the rest of its list a moment later.
const AT_ONCE = 100;

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
    /** @type {Span[]} */
    this.spans = [];
    this.whole = false;
    byId("labels").replaceChildren(...labels.map(labelButton));
  }

  /**
   * @param {Span[]} spans
   * @param {AbortSignal} signal ends the note
   */
  render(spans, signal) {
    this.spans = spans;
    if (!this.whole && spans.length > AT_ONCE) setTimeout(() => signal.aborted || this.#list(this.spans));
    this.#list(this.whole ? spans : spans.slice(0, AT_ONCE));
    this.whole = true;
    const doubtful = spans.filter((span) => span.doubtful).length;
    byId("span-count").textContent = doubtful ? `${spans.length}, ${doubtful} doubtful` : String(spans.length);
    byId("span-empty").hidden = spans.length > 0;
    byId("submit-what").textContent = doubtful ? `Decide ${doubtful} doubtful` : "Submit and next";
  }

  /**
   * Keeps the rows of unchanged spans.
   * @param {Span[]} spans
   */
  #list(spans) {
    const rows = new Map(spans.map((span) => [span, this.rows.get(span) ?? this.#row(span)]));
    const focused = [...this.rows.values()].findIndex((row) => row.contains(document.activeElement));
    for (const [span, row] of this.rows) if (!rows.has(span)) row.remove();
    let place = this.list.firstElementChild;
    for (const row of rows.values()) {
      if (place === row) place = row.nextElementSibling;
      else this.list.insertBefore(row, place);
    }
    this.rows = rows;
    if (focused >= 0) this.#focus(focused);
  }

  /**
   * A removed row leaves the focus to the next one.
   * @param {number} place
   */
  #focus(place) {
    const rows = [...this.rows.values()];
    if (rows.some((row) => row.contains(document.activeElement))) return;
    const next = rows[Math.min(place, rows.length - 1)];
    /** @type {HTMLElement | null | undefined} */ (next?.querySelector(".span-remove"))?.focus();
  }

  /** @param {Span} span */
  #row(span) {
    const row = make("li", `span-row label-${(this.colours.get(span.label) ?? 0) % 6}`);
    const go = make("button", "span-go");
    const tags = make("span", "span-tags");
    for (const remark of remarks(span)) tags.append(make("span", "remark", remark));
    tags.append(make("span", "tag", span.label));
    const score = `${span.score?.toFixed(2)}${span.doubtful ? " ?" : ""}`;
    if (span.score !== null) tags.append(make("span", `span-score num${span.doubtful ? " is-doubtful" : ""}`, score));
    go.append(make("span", "span-mention", this.text.slice(span.start, span.end)), tags);
    const remove = make("button", "span-remove", "×");
    go.setAttribute("aria-label", nameOf(span, this.text));
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

  /** @param {{undo: boolean, redo: boolean, busy: boolean}} state */
  enable({ undo, redo, busy }) {
    /** @type {HTMLButtonElement} */ (byId("undo")).disabled = !undo || busy;
    /** @type {HTMLButtonElement} */ (byId("redo")).disabled = !redo || busy;
    /** @type {HTMLButtonElement} */ (byId("submit")).disabled = busy;
  }
}
