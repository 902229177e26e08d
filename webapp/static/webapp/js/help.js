// @ts-check
/** The keys, shown and changed. */
import { letterOf } from "./keys.js";
import { COMMANDS, FIXED, shown } from "./keymap.js";
import { byId, make } from "./page-parts.js";

/** @typedef {import("./keymap.js").Keymap} Keymap */

const ASK = "Press a key's button, then the new key.";

export class Help {
  /**
   * @param {Keymap} keymap
   * @param {(own: Record<string, string>) => void} changed
   * @param {AbortSignal} signal ends it
   */
  constructor(keymap, changed, signal) {
    this.keymap = keymap;
    this.changed = changed;
    this.dialog = /** @type {HTMLDialogElement} */ (byId("help-dialog"));
    /** @type {string | null} */
    this.waiting = null;
    this.dialog.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.dialog.addEventListener("click", (event) => this.#click(event), { signal });
    this.dialog.addEventListener("close", () => this.#wait(null), { signal });
    this.render();
  }

  open() {
    this.dialog.showModal();
  }

  render() {
    const { labels } = this.keymap;
    byId("help-labels").replaceChildren(
      ...labels.flatMap(({ key, name, hint }) => row(make("kbd", "", key), hint ? `${name}: ${hint}` : name)),
    );
    byId("help-keys").replaceChildren(...COMMANDS.flatMap(([name, , what]) => row(this.#button(name, what), what)));
    byId("help-fixed").replaceChildren(...FIXED.flatMap(([key, what]) => row(make("kbd", "", key), what)));
    for (const hint of document.querySelectorAll("[data-key-of]")) {
      hint.textContent = shown(this.keymap.of(/** @type {HTMLElement} */ (hint).dataset.keyOf ?? ""));
    }
    /** @type {HTMLButtonElement} */ (byId("keys-reset")).disabled = !Object.keys(this.keymap.own).length;
    this.#wait(null);
  }

  /**
   * @param {string} name
   * @param {string} what
   */
  #button(name, what) {
    const key = shown(this.keymap.of(name));
    const button = make("button", "key-button");
    button.setAttribute("type", "button");
    button.dataset.rebind = name;
    button.setAttribute("aria-label", `${key || "No key"}: change the key of “${what}”`);
    button.append(key ? make("kbd", "", key) : make("span", "muted small", "none"));
    return button;
  }

  /**
   * @param {string | null} name
   * @param {string} [sentence]
   */
  #wait(name, sentence = ASK) {
    this.waiting = name;
    for (const button of this.dialog.querySelectorAll("[data-rebind]")) {
      button.classList.toggle("is-waiting", /** @type {HTMLElement} */ (button).dataset.rebind === name);
    }
    byId("keys-said").textContent = sentence;
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button?.dataset.rebind) this.#wait(button.dataset.rebind, "Press the new key. Esc leaves it as it is.");
    if (button?.id !== "keys-reset") return;
    this.keymap.reset();
    this.#save("All keys are as they come.");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const name = this.waiting;
    if (!name || ["Shift", "Control", "Alt", "Meta", "Tab"].includes(event.key) || event.isComposing) return;
    event.preventDefault();
    if (event.key === "Escape") return this.#wait(null);
    if (event.repeat) return;
    const key = letterOf(event);
    const problem = event.ctrlKey || event.metaKey || event.altKey ? "One key alone, please." : this.keymap.problem(name, key);
    if (problem) return this.#wait(name, problem);
    this.keymap.set(name, key);
    this.#save(`“${shown(key)}” it is.`);
    /** @type {HTMLElement | null} */ (this.dialog.querySelector(`[data-rebind="${name}"]`))?.focus();
  }

  /** @param {string} sentence */
  #save(sentence) {
    this.render();
    this.#wait(null, sentence);
    this.changed({ ...this.keymap.own });
  }
}

/**
 * @param {HTMLElement} key
 * @param {string} what
 */
function row(key, what) {
  const term = make("dt", "");
  term.append(key);
  return [term, make("dd", "", what)];
}
