// @ts-check
/** The ICD-10 code of the entity in hand, asked for in a small dialog. */
import { byId } from "./page-parts.js";

const CODE = /^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$/;

/**
 * A code as it is kept: capitals, no spaces, the dot after the third sign. Null when it can't be one.
 * @param {string} typed
 * @returns {string | null}
 */
export function codeOf(typed) {
  const signs = typed.replace(/\s/gu, "").toUpperCase();
  const code = signs.length > 3 && !signs.includes(".") ? `${signs.slice(0, 3)}.${signs.slice(3)}` : signs;
  return code === "" || CODE.test(code) ? code : null;
}

export class CodeDialog {
  /** @param {AbortSignal} signal ends it */
  constructor(signal) {
    this.dialog = /** @type {HTMLDialogElement} */ (byId("code-dialog"));
    this.field = /** @type {HTMLInputElement} */ (byId("code-field"));
    /** @type {(code: string) => void} */
    this.take = () => {};
    this.dialog.addEventListener("submit", (event) => this.#submit(event), { signal });
    this.field.addEventListener("input", () => this.#complain(""), { signal });
    signal.addEventListener("abort", () => this.dialog.close());
  }

  /**
   * @param {string} mention
   * @param {string} code
   * @param {(code: string) => void} take gets the new code; empty takes it off
   */
  ask(mention, code, take) {
    this.take = take;
    byId("code-mention").textContent = mention;
    this.field.value = code;
    this.#complain("");
    this.dialog.showModal();
    this.field.select();
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const code = codeOf(this.field.value);
    if (code === null) return this.#complain("An ICD-10 code is like E11 or E11.9: a letter, two signs, a dot, up to four signs.");
    this.dialog.close();
    this.take(code);
  }

  /** @param {string} sentence */
  #complain(sentence) {
    byId("code-problem").textContent = sentence;
    this.field.setAttribute("aria-invalid", String(Boolean(sentence)));
  }
}
