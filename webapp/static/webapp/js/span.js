// @ts-check
/** One entity: what it is, how it is made and changed, and what it is called. */

/**
 * `doubtful`: the model is unsure of it and nobody has decided yet. `stamp` differs whenever anything does.
 * @typedef {object} Span
 * @property {number} id
 * @property {number} stamp
 * @property {number} start counts UTF-16 units
 * @property {number} end
 * @property {string} label
 * @property {number | null} score
 * @property {boolean} doubtful
 * @property {string[]} assertion some of ASSERTIONS, in order
 * @property {string} code of ICD-10, or empty
 */

/**
 * What the server sends and gets.
 * @typedef {object} Row
 * @property {number} start
 * @property {number} end
 * @property {string} label
 * @property {number | null} [score]
 * @property {string[]} [assertion]
 * @property {string} [code]
 */

/** What a note says of an entity besides naming it, as in annotation/spans.py. */
export const ASSERTIONS = ["negated", "possible", "historical", "family"];

let ids = 0;
let stamps = 0;

/**
 * @param {Row} row
 * @param {number} threshold a score below it is doubtful
 * @returns {Span}
 */
export function made({ start, end, label, score = null, assertion = [], code = "" }, threshold = 0) {
  const said = ASSERTIONS.filter((value) => assertion.includes(value));
  const doubtful = score !== null && score < threshold;
  return Object.freeze({ id: ++ids, stamp: ++stamps, start, end, label, score, doubtful, assertion: said, code });
}

/**
 * A changed span; somebody has looked at it, so it is no longer doubtful.
 * @param {Span} old
 * @param {Partial<Span>} change
 * @returns {Span}
 */
export function changed(old, change) {
  return Object.freeze({ ...old, doubtful: false, ...change, stamp: ++stamps });
}

/**
 * @param {Span} span
 * @returns {Row}
 */
export function rowOf({ start, end, label, assertion, code }) {
  return { start, end, label, assertion, code };
}

/**
 * What is said of a span besides its label, in words.
 * @param {Span} span
 */
export function remarks({ assertion, code }) {
  return [...assertion, ...(code ? [code] : [])];
}

/**
 * What a screen reader calls a span.
 * @param {Span} span
 * @param {string} text
 */
export function nameOf(span, text) {
  const score = span.score === null ? [] : [`score ${span.score.toFixed(2)}`];
  const doubt = span.doubtful ? ["doubtful"] : [];
  const code = span.code ? [`code ${span.code}`] : [];
  return [`${span.label}: ${text.slice(span.start, span.end)}`, ...score, ...doubt, ...span.assertion, ...code].join(", ");
}
