// @ts-check
/** Draws a note with two versions on it, and excerpts of one version. Text goes in as text nodes only. */

/** @typedef {{start: number, end: number, label: string, assertion?: string[], code?: string}} Span */
/** @typedef {{left: Span[], right: Span[], kinds: string[], labels: string[], choices: string[]}} Difference */
/** @typedef {{start: number, end: number}} Stretch */

const AROUND = 45;

/**
 * @param {string} tag
 * @param {string} name
 * @param {string} [text]
 */
export function element(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** @param {Difference} difference */
export function stretchOf({ left, right }) {
  const spans = [...left, ...right];
  return { start: Math.min(...spans.map((s) => s.start)), end: Math.max(...spans.map((s) => s.end)) };
}

/**
 * A stretch cut at every edge of some spans.
 * @param {Stretch} stretch
 * @param {Span[]} spans
 * @returns {Stretch[]}
 */
function pieces({ start, end }, spans) {
  const edges = spans.flatMap((s) => [s.start, s.end]).filter((edge) => edge > start && edge < end);
  const cuts = [...new Set([start, ...edges, end])].sort((a, b) => a - b);
  return cuts.slice(1).map((to, i) => ({ start: cuts[i], end: to }));
}

/**
 * @param {Stretch} piece
 * @param {Span[]} spans
 */
const covered = (piece, spans) => spans.some((s) => s.start <= piece.start && s.end >= piece.end);

/**
 * The whole note: agreed entities quiet, each difference a mark with what A and B have in it.
 * @param {HTMLElement} root
 * @param {string} text
 * @param {{agreed: Span[], differences: Difference[]}} data
 * @returns {HTMLElement[]} the marks, one a difference
 */
export function drawNote(root, text, { agreed, differences }) {
  const marks = [];
  let at = 0;
  for (const [index, difference] of differences.entries()) {
    const stretch = stretchOf(difference);
    fill(root, text, { start: at, end: stretch.start }, { agreed, left: [], right: [] });
    const mark = element("mark", "difference");
    mark.dataset.number = String(index + 1);
    mark.dataset.index = String(index);
    fill(mark, text, stretch, { agreed, left: difference.left, right: difference.right });
    root.append(mark);
    marks.push(mark);
    at = stretch.end;
  }
  fill(root, text, { start: at, end: text.length }, { agreed, left: [], right: [] });
  return marks;
}

/**
 * @param {HTMLElement} parent
 * @param {string} text
 * @param {Stretch} stretch
 * @param {{agreed: Span[], left: Span[], right: Span[]}} spans
 */
function fill(parent, text, stretch, { agreed, left, right }) {
  if (stretch.start >= stretch.end) return;
  const near = agreed.filter((s) => s.start < stretch.end && s.end > stretch.start);
  for (const piece of pieces(stretch, [...near, ...left, ...right])) {
    const here = element("span", "", text.slice(piece.start, piece.end));
    here.classList.toggle("agreed", covered(piece, near));
    here.classList.toggle("in-a", covered(piece, left));
    here.classList.toggle("in-b", covered(piece, right));
    const ending = near.filter((s) => s.end === piece.end).map((s) => s.label);
    if (ending.length) here.dataset.label = ending.join(" ");
    parent.append(here);
  }
}

/**
 * The words around a difference with what one version has there.
 * @param {string} text
 * @param {Stretch} stretch
 * @param {Span[]} spans of one version
 * @param {Map<string, number>} colours of the labels
 */
export function excerpt(text, stretch, spans, colours) {
  const from = before(text, stretch.start);
  const to = after(text, stretch.end);
  const made = element("span", "excerpt-line");
  if (cut(text, from - 1)) made.append("… ");
  marked(made, text, { start: from, end: to }, spans, colours);
  if (cut(text, to)) made.append(" …");
  return made;
}

/**
 * Whether a line goes on at an offset.
 * @param {string} text
 * @param {number} offset
 */
function cut(text, offset) {
  return offset >= 0 && offset < text.length && !/[\r\n]/u.test(text[offset]);
}

/**
 * Spans of one version never cross: one inside another is a mark inside a mark.
 * @param {HTMLElement} parent
 * @param {string} text
 * @param {Stretch} stretch
 * @param {Span[]} spans
 * @param {Map<string, number>} colours
 */
function marked(parent, text, { start, end }, spans, colours) {
  const inOrder = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  let at = start;
  while (inOrder.length) {
    const span = /** @type {Span} */ (inOrder.shift());
    const inner = [];
    while (inOrder.length && inOrder[0].start < span.end) inner.push(/** @type {Span} */ (inOrder.shift()));
    parent.append(text.slice(at, span.start));
    const mark = element("mark", `taken label-${(colours.get(span.label) ?? 0) % 6}`);
    mark.dataset.label = named(span);
    marked(mark, text, span, inner, colours);
    parent.append(mark);
    at = span.end;
  }
  parent.append(text.slice(at, end));
}

/**
 * A label with what is said of the entity.
 * @param {Span} span
 */
export function named({ label, assertion = [], code = "" }) {
  return [label, ...assertion, code].filter(Boolean).join(" · ");
}

/**
 * Where an excerpt begins: in the same line, at a word's start, never inside a character.
 * @param {string} text
 * @param {number} offset
 */
function before(text, offset) {
  const from = Math.max(0, offset - AROUND);
  const line = /[^\r\n]*$/u.exec(text.slice(0, offset))?.[0].length ?? 0;
  if (offset - line >= from) return offset - line;
  const space = text.slice(from, offset).search(/\s/u);
  return space < 0 ? offset : from + space + 1;
}

/**
 * Where it ends, likewise.
 * @param {string} text
 * @param {number} offset
 */
function after(text, offset) {
  const line = /^[^\r\n]*/u.exec(text.slice(offset, offset + AROUND + 1))?.[0] ?? "";
  if (line.length <= AROUND) return offset + line.length;
  const words = /^(.*)\s/su.exec(line);
  return offset + (words ? words[1].length : 0);
}
