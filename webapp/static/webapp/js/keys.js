// @ts-check
/** Which command a key stands for. Knows nothing of the page but what an event says. */

/** @typedef {{name: string, label?: string, step?: number}} Command */
/** @typedef {Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} Key */

/** What the help says, in order. */
export const KEYS = [
  ["Enter", "submit and open the next note"],
  ["Tab", "next entity (Shift+Tab: the one before)"],
  ["← →", "walk through words and entities"],
  ["↑ ↓", "the line above or below, once you walk"],
  ["Shift+← →", "on words: select more or fewer; on an entity: move its end"],
  ["Alt+← →", "on an entity: move its start"],
  ["Del", "remove the entity"],
  ["u or Ctrl+Z", "undo"],
  ["Ctrl+Shift+Z", "redo"],
  ["Esc", "let go of the selection"],
  ["s", "skip the note"],
  ["?", "show these keys"],
];

/** @type {Record<string, Command>} */
const PLAIN = {
  Enter: { name: "submit" },
  Delete: { name: "remove" },
  Backspace: { name: "remove" },
  Escape: { name: "clear" },
  ArrowLeft: { name: "walk", step: -1 },
  ArrowRight: { name: "walk", step: 1 },
  ArrowUp: { name: "line", step: -1 },
  ArrowDown: { name: "line", step: 1 },
  "?": { name: "help" },
  u: { name: "undo" },
  s: { name: "skip" },
};

/**
 * The letter of a key, on keyboards of other scripts too.
 * @param {Key} event
 */
function letter(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const latin = /^Key([A-Z])$/.exec(event.code ?? "");
  return key.length === 1 && key > "~" && latin ? latin[1].toLowerCase() : key;
}

/**
 * @param {Key} event
 * @returns {Command | null}
 */
function withControl(event) {
  const key = letter(event);
  if (key === "z") return { name: event.shiftKey ? "redo" : "undo" };
  return key === "y" ? { name: "redo" } : null;
}

/**
 * @param {Key} event
 * @param {{name: string, key: string}[]} labels
 * @returns {Command | null}
 */
export function commandOf(event, labels) {
  if (event.ctrlKey || event.metaKey) return event.altKey ? null : withControl(event);
  const plain = PLAIN[letter(event)] ?? null;
  if (plain?.name === "submit") return event.shiftKey || event.altKey ? null : plain;
  if (plain?.name === "walk" && event.altKey) return { name: "start", step: plain.step };
  if (plain?.name === "walk" && event.shiftKey) return { name: "extend", step: plain.step };
  if (event.altKey) return null;
  const label = labels.find(({ key }) => key.toLowerCase() === letter(event));
  return label ? { name: "label", label: label.name } : plain;
}

/**
 * Whether a key belongs to something else: a field, an open dialog, a button.
 * @param {KeyboardEvent} event
 */
export function isElsewhere(event) {
  if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return true;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("input, textarea, select, [contenteditable]:not([contenteditable='false'])")) return true;
  return Boolean(target?.closest("button, a, summary") && ["Enter", " "].includes(event.key));
}
