// @ts-check
/** Mouse and touch: drag and double-click select whole words, a tap takes a word or reaches up to it. */
import { tokenAfter } from "./tokens.js";

/** @typedef {import("./annotator.js").Annotator} Annotator */

export class Pointer {
  /** @param {Annotator} annotator */
  constructor(annotator) {
    this.annotator = annotator;
    this.root = annotator.view.root;
    this.down = false;
    this.touch = false;
  }

  /** @param {AbortSignal} signal ends it */
  listen(signal) {
    document.addEventListener("pointerdown", (event) => this.#press(event), { signal });
    document.addEventListener("pointercancel", () => (this.down = false), { signal });
    document.addEventListener("pointerup", (event) => this.#release(event), { signal });
    document.addEventListener("selectionchange", () => this.#selection(), { signal });
    this.root.addEventListener("focusin", (event) => this.#focus(event), { signal });
    // Buttons of the bar act on the target and must not take the focus from it.
    for (const bar of document.querySelectorAll(".bar, .bubble")) {
      bar.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
    }
  }

  /** @param {PointerEvent} event */
  #press(event) {
    this.down = event.target instanceof Node && this.root.contains(event.target);
    this.touch = event.pointerType === "touch";
  }

  /** @param {PointerEvent} event */
  #release(event) {
    if (!this.down || event.button > 0) return;
    // The browser settles its selection after this event.
    setTimeout(() => {
      this.down = false;
      const stretch = this.annotator.view.selected();
      if (stretch && !this.#isOld(stretch)) this.#take(stretch.start, stretch.end);
      else if (event.target instanceof Element && event.target.closest("mark")) this.#mark(event.target);
      else if (this.touch) this.#tap(event);
      else this.#click(event);
    });
  }

  /**
   * After a tap a touch screen may still show what was selected before.
   * @param {{start: number, end: number}} stretch
   */
  #isOld({ start, end }) {
    const before = this.touch && this.annotator.target.words && this.annotator.target.range;
    return Boolean(before && before.start === start && before.end === end);
  }

  /**
   * @param {number} start
   * @param {number} end
   */
  #take(start, end) {
    const { target } = this.annotator;
    target.toStretch(start, end);
    target.byPointer = target.words !== null;
    this.annotator.moved();
  }

  /** @param {Element} element */
  #mark(element) {
    const mark = /** @type {HTMLElement} */ (element.closest("mark"));
    this.annotator.target.toSpan(Number(mark.dataset.id));
    this.annotator.moved();
  }

  /**
   * A tap takes a word; the next tap reaches up to another; a tap on the taken word lets go.
   * @param {PointerEvent} event
   */
  #tap(event) {
    const { target, spans, view } = this.annotator;
    const offset = view.at(event.clientX, event.clientY);
    const token = offset === null ? undefined : spans.tokens[tokenAfter(spans.tokens, offset)];
    const taken = target.words && target.range;
    if (!token || (taken && taken.start === token.start && taken.end === token.end)) return this.#click(event);
    const { start, end } = taken ?? token;
    this.#take(Math.min(start, token.start), Math.max(end, token.end));
  }

  /**
   * A click beside entities lets go, and walking goes on from there.
   * @param {PointerEvent} event
   */
  #click(event) {
    const { target, view } = this.annotator;
    target.clear();
    document.getSelection()?.removeAllRanges();
    target.last = view.at(event.clientX, event.clientY) ?? target.last;
    this.annotator.moved();
  }

  /** Selections made by the handles of a touch screen: followed, never rewritten while they move. */
  #selection() {
    if (!this.touch || this.down) return;
    const stretch = this.annotator.view.selected();
    const { target } = this.annotator;
    if (!stretch) return;
    const before = target.words && target.range;
    if (before && before.start <= stretch.start && stretch.end <= before.end) return;
    target.toStretch(stretch.start, stretch.end);
    target.byPointer = target.words !== null;
    this.annotator.side.bubble(target.bubbleRect());
  }

  /**
   * Tab brings the focus to an entity.
   * @param {FocusEvent} event
   */
  #focus(event) {
    const mark = event.target instanceof Element ? event.target.closest("mark") : null;
    const { target } = this.annotator;
    if (this.down || !(mark instanceof HTMLElement) || target.id === Number(mark.dataset.id)) return;
    target.toSpan(Number(mark.dataset.id));
    this.annotator.moved();
  }
}
