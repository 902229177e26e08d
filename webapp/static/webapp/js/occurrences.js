// @ts-check
/** The places where a note says the same again. Pure. */
import { tokenAfter } from "./tokens.js";

/** @typedef {import("./tokens.js").Token} Token */

/**
 * Whole words that read like a stretch of the text, in any case and with any white space between them; the stretch
 * itself is among them. None when the stretch cuts a word.
 * @param {string} text
 * @param {Token[]} tokens
 * @param {Token} stretch
 * @returns {Token[]}
 */
export function occurrences(text, tokens, stretch) {
  const first = tokenAfter(tokens, stretch.start);
  const last = tokenAfter(tokens, stretch.end - 1);
  if (tokens[first]?.start !== stretch.start || tokens[last]?.end !== stretch.end) return [];
  const words = tokens.map(({ start, end }) => text.slice(start, end).toLowerCase());
  /** @param {number} i */
  const joined = (i) => tokens[i].end === tokens[i + 1].start;
  const found = [];
  for (let at = 0; at + last - first < tokens.length; at += 1) {
    let i = 0;
    while (i <= last - first && words[at + i] === words[first + i]) {
      if (i < last - first && joined(at + i) !== joined(first + i)) break;
      i += 1;
    }
    if (i <= last - first) continue;
    found.push({ start: tokens[at].start, end: tokens[at + last - first].end });
    at += last - first;
  }
  return found;
}
