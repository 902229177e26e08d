// @ts-check
/**
 * Words of a note: where the edges of an entity may fall. Offsets count UTF-16 units, as JavaScript's strings do.
 * The rules follow training/ner/tokenizer.py (same edges but for 4 in 10,000), so that a span rarely cuts its tokens.
 * A grapheme (an emoji with its joiners, a Devanagari syllable, a letter with its accents, CRLF) is never cut.
 */

/** @typedef {{start: number, end: number}} Token */

const SIGNS = "\\-–—‐‑/\\\\+=:;,()\\[\\]{}<>%~*&|#@^°→•·।\"'’‘“”`_?!";
const UNITS = "mg|mcg|gm|g|kg|ml|l|iu|cm|mm|hrs?|days?|wks?|weeks?|months?|yrs?|years?|tabs?";
const AFTER = `(?=[\\s${SIGNS}]|$)`;

/** Each match is a token of its own; an empty match is an edge. */
const RULES = [
  new RegExp(`[${SIGNS}]`, "gu"),
  /[\u{1f300}-\u{1faff}\u2600-\u27bf]|\p{RI}\p{RI}/gu,
  /(?<=[a-z])\.(?=[A-Z])|(?<=[A-Za-z])\.(?=[A-Za-z]{2})|(?<=[0-9])\.(?=[A-Za-z]{3})|\.\.+|…/gu,
  new RegExp(`\\.${AFTER}|(?<=^|[\\s${SIGNS}])\\.(?![0-9])`, "gu"),
  new RegExp(`(?<=[0-9])(?=(?:${UNITS})\\.?${AFTER})`, "giu"),
];

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * Whether a character counts as white space for JavaScript or for the server's Python.
 * @param {string} character
 */
export function isSpace(character) {
  return /[\s\x1c-\x1f\x85]/u.test(character);
}

/** @param {string} text */
function edges(text) {
  const cuts = new Uint8Array(text.length + 1);
  for (const rule of RULES) {
    for (const match of text.matchAll(rule)) {
      cuts[match.index] = 1;
      cuts[match.index + match[0].length] = 1;
    }
  }
  return cuts;
}

/**
 * The characters of a text as a reader counts them, white space left out: where an edge may fall inside a word.
 * @param {string} text
 * @returns {Token[]}
 */
export function characters(text) {
  const found = [];
  // Without accents and joiners each sign is a character: ten times as fast. CRLF is white space either way.
  if (/^[\x00-\x7f]*$/u.test(text)) {
    for (const { index } of text.matchAll(/[^\s\x1c-\x1f]/gu)) found.push({ start: index, end: index + 1 });
    return found;
  }
  for (const { segment, index } of graphemes.segment(text)) {
    if (isSpace(segment[0])) continue;
    let end = index + segment.length;
    // A few signs of Arabic take the space after them into their grapheme.
    while (isSpace(text[end - 1])) end -= 1;
    found.push({ start: index, end });
  }
  return found;
}

/**
 * The words and signs of a text, in order; white space belongs to none.
 * @param {string} text
 * @returns {Token[]}
 */
export function tokenise(text) {
  const cuts = edges(text);
  /** @type {Token[]} */
  const tokens = [];
  let last = -1;
  for (const { start, end } of characters(text)) {
    if (start === last && !cuts[start]) tokens[tokens.length - 1].end = end;
    else tokens.push({ start, end });
    last = end;
  }
  return tokens;
}

/**
 * Index of the first token that ends after `offset`; `tokens.length` when there is none.
 * @param {Token[]} tokens
 * @param {number} offset
 */
export function tokenAfter(tokens, offset) {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle].end > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Widens a range to whole tokens and takes white space off its ends; null when it touches no token.
 * @param {Token[]} tokens
 * @param {number} start
 * @param {number} end
 * @returns {Token | null}
 */
export function snap(tokens, start, end) {
  const first = tokenAfter(tokens, start);
  const last = tokenAfter(tokens, end - 1);
  const from = tokens[first];
  if (!from || from.start >= end) return null;
  const to = tokens[last] && tokens[last].start < end ? tokens[last] : tokens[last - 1];
  return { start: from.start, end: to.end };
}
