// @ts-check
/** The dialogs in which a note leaves by another way than Enter: skipped for a reason, or with a second opinion. */
import { byId } from "./page-parts.js";

/** @typedef {(comment: string, reason: string) => Promise<string>} Act what is wrong, in a sentence; empty when all is well */

class Ask {
  /**
   * @param {string} name
   * @param {Act} act
   */
  constructor(name, act) {
    this.act = act;
    this.dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById(`${name}-dialog`));
    this.form = /** @type {HTMLFormElement | null} */ (document.getElementById(`${name}-form`));
    this.comment = /** @type {HTMLTextAreaElement} */ (document.getElementById(`${name}-comment`));
    this.error = `${name}-error`;
    this.busy = false;
    this.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#go();
    });
  }

  open() {
    if (!this.dialog) return;
    this.form?.reset();
    this.#say("");
    this.dialog.showModal();
  }

  get reason() {
    return "";
  }

  async #go() {
    if (this.busy) return;
    this.busy = true;
    const problem = await this.act(this.comment.value.trim(), this.reason);
    this.busy = false;
    this.#say(problem);
    if (!problem) this.dialog?.close();
  }

  /** @param {string} sentence */
  #say(sentence) {
    byId(this.error).hidden = !sentence;
    byId(this.error).textContent = sentence;
  }
}

export class AskOpinion extends Ask {
  /** @param {Act} act */
  constructor(act) {
    super("flag", act);
  }
}

export class AskReason extends Ask {
  /** @param {Act} act */
  constructor(act) {
    super("skip", act);
    this.dialog?.addEventListener("keydown", (event) => this.#key(event));
  }

  get choices() {
    return /** @type {HTMLInputElement[]} */ ([...(this.form?.querySelectorAll("[name=reason]") ?? [])]);
  }

  get reason() {
    return this.choices.find((choice) => choice.checked)?.value ?? "";
  }

  /**
   * A number chooses and skips; what has to be explained waits for the explanation.
   * @param {KeyboardEvent} event
   */
  #key(event) {
    if (event.target === this.comment || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const choice = this.choices[Number(event.key) - 1];
    if (!choice) return;
    event.preventDefault();
    choice.checked = true;
    if (choice.value === "other") this.comment.focus();
    else this.form?.requestSubmit();
  }
}
