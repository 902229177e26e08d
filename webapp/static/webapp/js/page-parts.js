// @ts-check
/** Small helpers for the parts of the page's skeleton. Text goes in as text only. */

/** @param {string} id */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * @param {string} tag
 * @param {string} className
 * @param {string} [text]
 */
export function make(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/**
 * @param {number} n
 * @param {string} one
 * @param {string} [many]
 */
export const count = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** @param {import("./keymap.js").Label} label */
export function labelButton({ name, key, colour, hint }) {
  const button = make("button", `button button-small label-button label-${colour % 6}`, `${name} `);
  button.setAttribute("type", "button");
  button.dataset.do = "label";
  button.dataset.label = name;
  if (hint) button.title = hint;
  button.append(make("kbd", "", key));
  return button;
}
