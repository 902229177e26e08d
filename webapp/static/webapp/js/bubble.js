// @ts-check
/** The buttons beside the selection: its label, what is said of it, its edges. For the mouse, for touch, and to ask. */
import { byId, labelButton } from "./page-parts.js";
import { ASSERTIONS } from "./span.js";

/** @typedef {import("./span.js").Span} Span */

// Clear of the handle below the text, and of the frame.
const GAP = 14;
const MARGIN = 8;

export class Bubble {
  /** @param {import("./keymap.js").Label[]} labels */
  constructor(labels) {
    this.root = byId("bubble");
    this.more = byId("bubble-more");
    byId("bubble-labels").replaceChildren(...labels.map(labelButton));
    this.show(null, null);
  }

  /**
   * @param {DOMRect | null} rect where the selection ends; null hides the buttons
   * @param {Span | null} span the entity that is selected, if it is one
   */
  show(rect, span) {
    this.root.hidden = !rect;
    if (!rect) return;
    this.more.hidden = !span;
    this.root.classList.toggle("for-words", !span);
    if (span) this.#state(span);
    this.#place(rect);
  }

  /** @param {Span} span */
  #state(span) {
    byId("keep").hidden = !span.doubtful;
    for (const value of ASSERTIONS) {
      this.more.querySelector(`[data-value="${value}"]`)?.setAttribute("aria-pressed", String(span.assertion.includes(value)));
    }
    byId("code-now").textContent = span.code || "Code";
    for (const button of byId("bubble-labels").children) {
      const own = button instanceof HTMLElement && button.dataset.label === span.label;
      button.classList.toggle("is-own", own);
    }
  }

  /**
   * Below the selection, or above it where the bar would hide it.
   * @param {DOMRect} rect
   */
  #place(rect) {
    const frame = /** @type {HTMLElement | null} */ (this.root.offsetParent)?.getBoundingClientRect();
    if (!frame) return;
    const { offsetWidth: width, offsetHeight: height } = this.root;
    const floor = document.querySelector(".bar")?.getBoundingClientRect().top ?? innerHeight;
    const below = rect.bottom + GAP + height < floor || rect.top - GAP - height < 0;
    const left = Math.max(MARGIN, Math.min(rect.left - frame.left, frame.width - width - MARGIN));
    this.root.style.setProperty("left", `${left}px`);
    this.root.style.setProperty("top", `${(below ? rect.bottom + GAP : rect.top - GAP - height) - frame.top}px`);
  }
}
