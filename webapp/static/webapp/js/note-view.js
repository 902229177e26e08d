// @ts-check
/**
 * Shows a note with its spans. The text goes in as text nodes only, and `root.textContent` is always the text itself:
 * tags of labels are generated content. Lines are blocks, and a block is made anew only when its spans changed.
 */

import { nameOf, remarks } from "./span.js";

/** @typedef {import("./span.js").Span} Span */
/** @typedef {import("./stretch.js").Stretch} Range_ */
/** @typedef {{start: number, end: number, spans: Span[]}} Block */

// A browser lays a block out as a whole: a note of one long line would answer each key late.
const LONG = 1_000;

/**
 * The lines of a text; a long one is cut after spaces, where it wraps anyway.
 * @param {string} text
 * @returns {Range_[]}
 */
function linesOf(text) {
  const lines = [];
  for (const match of text.matchAll(/[^\r\n]*(?:\r\n|\n|\r|$)/gu)) {
    let start = match.index;
    const end = start + match[0].length;
    for (let cut = cutOf(text, start, end); cut; cut = cutOf(text, start, end)) {
      lines.push({ start, end: cut });
      start = cut;
    }
    if (start < end) lines.push({ start, end });
  }
  return lines;
}

/**
 * Where a long line may be cut: between a space and a word, never inside a grapheme; 0 for nowhere.
 * @param {string} text
 * @param {number} start
 * @param {number} end
 */
function cutOf(text, start, end) {
  if (end - start < 2 * LONG) return 0;
  const space = /[ \t](?=[\p{L}\p{N}])/gu;
  space.lastIndex = start + LONG;
  const found = space.exec(text);
  return found && found.index + 1 < end ? found.index + 1 : 0;
}

/**
 * Lines with their spans; lines that one span joins are one block.
 * @param {Range_[]} lines
 * @param {Span[]} spans in order
 * @returns {Block[]}
 */
function blocksOf(lines, spans) {
  const blocks = [];
  let next = 0;
  for (let line = 0; line < lines.length; line += 1) {
    const block = { start: lines[line].start, end: lines[line].end, spans: /** @type {Span[]} */ ([]) };
    while (next < spans.length && spans[next].start < block.end) {
      block.spans.push(spans[next]);
      while (block.end < spans[next].end) block.end = lines[++line].end;
      next += 1;
    }
    blocks.push(block);
  }
  return blocks;
}

/** @param {Block} block */
function keyOf({ start, end, spans }) {
  return `${start}-${end} ${spans.map((span) => span.stamp).join(" ")}`;
}

/** The first letter of a line tells its direction, as in `unicode-bidi: plaintext`. */
const RIGHT_TO_LEFT = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

export class NoteView {
  /**
   * @param {HTMLElement} root
   * @param {string} text
   * @param {Map<string, {colour: number}>} labels
   */
  constructor(root, text, labels) {
    this.root = root;
    root.replaceChildren();
    this.text = text;
    this.labels = labels;
    this.lines = linesOf(text);
    /** @type {Map<string, HTMLElement>} */
    this.blocks = new Map();
    /** @type {Map<number, HTMLElement>} */
    this.marks = new Map();
    /**
     * Where in the text a node begins and ends: never changes, as the text does not.
     * @type {WeakMap<Node, Range_>}
     */
    this.places = new WeakMap([[root, { start: 0, end: text.length }]]);
  }

  /** @param {Span[]} spans in order */
  render(spans) {
    const blocks = new Map();
    for (const block of blocksOf(this.lines, spans)) {
      const key = keyOf(block);
      blocks.set(key, this.blocks.get(key) ?? this.#build(block));
    }
    for (const [key, element] of this.blocks) if (!blocks.has(key)) element.remove();
    let place = this.root.firstElementChild;
    for (const element of blocks.values()) {
      if (place === element) place = element.nextElementSibling;
      else this.root.insertBefore(element, place);
    }
    this.blocks = blocks;
    const alive = new Set(spans.map((span) => span.id));
    for (const id of this.marks.keys()) if (!alive.has(id)) this.marks.delete(id);
  }

  /** @param {Block} block */
  #build(block) {
    const element = document.createElement("div");
    element.className = "line";
    this.#fill(element, block);
    return element;
  }

  /**
   * Text and marks of a stretch, spans inside spans included.
   * @param {HTMLElement} parent
   * @param {Block} stretch
   */
  #fill(parent, { start, end, spans }) {
    this.places.set(parent, { start, end });
    let at = start;
    for (let i = 0; i < spans.length; ) {
      const span = spans[i];
      let next = i + 1;
      while (next < spans.length && spans[next].start < span.end) next += 1;
      this.#text(parent, at, span.start);
      parent.append(this.#mark(span, spans.slice(i + 1, next)));
      at = span.end;
      i = next;
    }
    this.#text(parent, at, end);
  }

  /**
   * @param {HTMLElement} parent
   * @param {number} start
   * @param {number} end
   */
  #text(parent, start, end) {
    if (start >= end) return;
    const node = document.createTextNode(this.text.slice(start, end));
    this.places.set(node, { start, end });
    parent.append(node);
  }

  /**
   * @param {Span} span
   * @param {Span[]} inner
   */
  #mark(span, inner) {
    const mark = document.createElement("mark");
    const score = span.score === null ? "" : span.score.toFixed(2);
    mark.className = `span label-${(this.labels.get(span.label)?.colour ?? 0) % 6}`;
    mark.classList.toggle("is-doubtful", span.doubtful);
    mark.tabIndex = 0;
    mark.dataset.id = String(span.id);
    mark.dataset.label = span.label;
    if (score) mark.dataset.score = score;
    mark.dataset.tag = [span.label, ...(score ? [score] : []), ...(span.doubtful ? ["?"] : []), ...remarks(span)].join(" ");
    mark.setAttribute("role", "group");
    mark.setAttribute("aria-label", nameOf(span, this.text));
    this.#fill(mark, { start: span.start, end: span.end, spans: inner });
    this.marks.set(span.id, mark);
    return mark;
  }

  /**
   * @param {Node} node
   * @param {number} offset
   * @returns {number} a point of the page as an offset of the text
   */
  #offset(node, offset) {
    const place = this.places.get(node);
    if (!place) return this.root.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING ? 0 : this.text.length;
    if (node.nodeType === Node.TEXT_NODE) return place.start + offset;
    const child = node.childNodes[offset];
    return child ? /** @type {Range_} */ (this.places.get(child)).start : place.end;
  }

  /**
   * The stretch of the text that the page's selection covers; null when empty or elsewhere.
   * @returns {Range_ | null}
   */
  selected() {
    const selection = document.getSelection();
    if (!selection?.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!range.intersectsNode(this.root)) return null;
    const start = this.#offset(range.startContainer, range.startOffset);
    const end = this.#offset(range.endContainer, range.endOffset);
    return start < end ? { start, end } : null;
  }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {number | null} offset at a point of the window
   */
  at(x, y) {
    const place = caret(x, y);
    return place && this.root.contains(place.node) ? this.#offset(place.node, place.offset) : null;
  }

  /**
   * @param {number} offset
   * @param {boolean} closing
   * @returns {[Node, number]}
   */
  #point(offset, closing) {
    for (const block of this.blocks.values()) {
      const place = /** @type {Range_} */ (this.places.get(block));
      if (offset > place.end || (offset === place.end && !closing)) continue;
      const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const { start, end } = /** @type {Range_} */ (this.places.get(node));
        if (closing ? offset <= end : offset < end) return [node, offset - start];
      }
    }
    return [this.root, this.root.childNodes.length];
  }

  /** @param {Range_} range */
  range({ start, end }) {
    const range = document.createRange();
    range.setStart(...this.#point(start, false));
    range.setEnd(...this.#point(end, true));
    return range;
  }

  /**
   * Selects a stretch in the page.
   * @param {Range_} stretch
   */
  select(stretch) {
    const range = this.range(stretch);
    const selection = /** @type {Selection} */ (document.getSelection());
    selection.setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
  }

  /**
   * Focuses a span and shows it as the current one; without one the note itself has the focus.
   * @param {number | null} id
   */
  current(id) {
    for (const mark of this.root.querySelectorAll(".is-current")) mark.classList.remove("is-current");
    const mark = id === null ? null : this.marks.get(id);
    const at = document.activeElement;
    if (!mark) {
      if (at === document.body || at?.matches("mark")) this.root.focus({ preventScroll: true });
      return;
    }
    mark.classList.add("is-current");
    if (at !== mark) mark.focus({ preventScroll: true });
    mark.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /**
   * Whether the line around an offset is read from right to left.
   * @param {number} offset
   */
  isRightToLeft(offset) {
    const line = this.lines.find(({ end }) => end > offset);
    return Boolean(line && RIGHT_TO_LEFT.test(this.text.slice(line.start, line.end)));
  }
}

/**
 * @param {number} x
 * @param {number} y
 * @returns {{node: Node, offset: number} | null}
 */
function caret(x, y) {
  if (document.caretPositionFromPoint) {
    const place = document.caretPositionFromPoint(x, y);
    return place && { node: place.offsetNode, offset: place.offset };
  }
  const range = document.caretRangeFromPoint?.(x, y);
  return range ? { node: range.startContainer, offset: range.startOffset } : null;
}
