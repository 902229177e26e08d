// @ts-check
/** Stretches of a text, how they lie to each other, and where their edges may go. Offsets count UTF-16 units. */
import { tokenAfter } from "./tokens.js";

/** @typedef {{start: number, end: number}} Stretch */
/** @typedef {"start" | "end"} Side */

/**
 * In order of their starts, the outer before the inner.
 * @param {Stretch} a
 * @param {Stretch} b
 */
export const inOrder = (a, b) => a.start - b.start || b.end - a.end;

/**
 * @param {Stretch} a
 * @param {Stretch} b
 */
export const overlap = (a, b) => a.start < b.end && b.start < a.end;

/**
 * @param {Stretch} a
 * @param {Stretch} b
 */
export const same = (a, b) => a.start === b.start && a.end === b.end;

/**
 * @param {Stretch} outer
 * @param {Stretch} inner
 */
export const holds = (outer, inner) => outer.start <= inner.start && inner.end <= outer.end;

/**
 * The next place of an edge among units, which are words or characters; null when there is none.
 * @param {Stretch[]} units
 * @param {Stretch} stretch
 * @param {Side} side
 * @param {number} step -1 or 1
 */
export function nextEdge(units, stretch, side, step) {
  return side === "end" ? nextEnd(units, stretch.end, step) : nextStart(units, stretch.start, step);
}

/**
 * @param {Stretch[]} units
 * @param {number} end
 * @param {number} step
 * @returns {number | null}
 */
function nextEnd(units, end, step) {
  if (step > 0) return units[tokenAfter(units, end)]?.end ?? null;
  return units[tokenAfter(units, end - 1) - 1]?.end ?? null;
}

/**
 * @param {Stretch[]} units
 * @param {number} start
 * @param {number} step
 * @returns {number | null}
 */
function nextStart(units, start, step) {
  const at = tokenAfter(units, start);
  const unit = units[at];
  if (step > 0) return unit && unit.start > start ? unit.start : (units[at + 1]?.start ?? null);
  return unit && unit.start < start ? unit.start : (units[at - 1]?.start ?? null);
}

/**
 * The edge of a unit that is nearest to an offset among those that fit; null when none near it does.
 * @param {Stretch[]} units
 * @param {Side} side
 * @param {number} offset
 * @param {(edge: number) => boolean} fits
 * @returns {number | null}
 */
export function nearestEdge(units, side, offset, fits) {
  const at = tokenAfter(units, offset - 1);
  const near = [at - 1, at, at + 1].flatMap((i) => (units[i] && fits(units[i][side]) ? [units[i][side]] : []));
  if (!near.length) return null;
  return near.reduce((best, edge) => (Math.abs(edge - offset) < Math.abs(best - offset) ? edge : best));
}
