// @ts-check
/** Which command a press of a key stands for. Knows nothing of the page but what an event says. */

/** @typedef {import("./keymap.js").Keymap} Keymap */
/** @typedef {{name: string, label?: string, step?: number, side?: string, by?: string, id?: string}} Command */
/** @typedef {Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} Key */

/** @type {Record<string, Command>} */
const MOVES = {
  ArrowLeft: { name: "arrow", step: -1 },
  ArrowRight: { name: "arrow", step: 1 },
  ArrowUp: { name: "line", step: -1 },
  ArrowDown: { name: "line", step: 1 },
  Tab: { name: "tab", step: 1 },
  Escape: { name: "clear" },
  Backspace: { name: "remove" },
};

/** What may go on while a key is held. */
export const HELD = new Set(["arrow", "line", "tab"]);

/**
 * The letter of a key, on keyboards of other scripts too.
 * @param {Key} event
 */
export function letterOf(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const latin = /^Key([A-Z])$/.exec(event.code ?? "");
  return key.length === 1 && key > "~" && latin ? latin[1].toLowerCase() : key;
}

/**
 * @param {Key} event
 * @returns {Command | null}
 */
function withControl(event) {
  const key = letterOf(event);
  if (key === "z") return { name: event.shiftKey ? "redo" : "undo" };
  return key === "y" ? { name: "redo" } : null;
}

/**
 * An arrow says which edge (Shift: the start) and by how much (Alt: a character).
 * @param {Key} event
 * @param {Command} move
 * @returns {Command | null}
 */
function moving(event, move) {
  if (move.name === "arrow") return { ...move, side: event.shiftKey ? "start" : "end", by: event.altKey ? "character" : "token" };
  if (event.altKey) return null;
  return move.name === "tab" && event.shiftKey ? { ...move, step: -1 } : move;
}

/**
 * @param {Key} event
 * @param {Keymap} keymap
 * @returns {Command | null}
 */
export function commandOf(event, keymap) {
  if (event.ctrlKey || event.metaKey) return event.altKey ? null : withControl(event);
  const key = letterOf(event);
  if (MOVES[key]) return moving(event, MOVES[key]);
  if (event.altKey || (event.shiftKey && key.length > 1)) return null;
  const label = keymap.label(key) ?? keymap.label(event.key.toLowerCase());
  if (label) return { name: "label", label: label.name };
  const name = keymap.command(key);
  return name ? { name } : null;
}

/**
 * Whether a key belongs to something else: a field, an open dialog, a button.
 * @param {KeyboardEvent} event
 */
export function isElsewhere(event) {
  // 229: a key on its way through an input method, in browsers that do not say that they are composing.
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return true;
  if (document.querySelector("dialog[open]")) return true;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("input, textarea, select, [contenteditable]:not([contenteditable='false'])")) return true;
  return Boolean(target?.closest("button, a, summary, [tabindex]:not(mark, .note, main)") && ["Enter", " ", "Tab"].includes(event.key));
}
