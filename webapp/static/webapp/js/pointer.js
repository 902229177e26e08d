// @ts-check
/** Mouse and touch: drag and double-click select whole words, a tap takes a word or reaches up to it. */
import { snap, tokenAfter } from "./tokens.js";

/** @typedef {import("./annotator.js").Annotator} Annotator */

export class Pointer {
  /** @param {Annotator} annotator */
  constructor(annotator) {
    this.annotator = annotator;
    this.root = annotator.view.root;
    this.down = false;
    this.touch = false;
    this.settling = 0;
  }

  /** @param {AbortSignal} signal ends it */
  listen(signal) {
    document.addEventListener("pointerdown", (event) => this.#press(event), { signal });
    document.addEventListener("pointercancel", () => (this.down = false), { signal });
    document.addEventListener("pointerup", (event) => this.#release(event), { signal });
    document.addEventListener("selectionchange", () => this.#selection(), { signal });
    document.addEventListener("copy", (event) => this.#copy(event), { signal });
    this.root.addEventListener("focusin", (event) => this.#focus(event), { signal });
    // Buttons of the bar and the bubble act on the target and must not take the focus from it.
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
    // The browser settles its selection after this event; of a double click only the second one counts.
    clearTimeout(this.settling);
    this.settling = window.setTimeout(() => {
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
    target.byPointer = true;
    // The browser's selection has done its part; a finger may still hold its handles.
    if (target.live.supported && !this.touch) document.getSelection()?.removeAllRanges();
    this.annotator.moved();
  }

  /** @param {Element} element */
  #mark(element) {
    const mark = /** @type {HTMLElement} */ (element.closest("mark"));
    this.annotator.target.toSpan(Number(mark.dataset.id));
    this.annotator.target.byPointer = true;
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

  /** While the mouse drags, what it would take is shown; a finger's handles are followed, never rewritten. */
  #selection() {
    if (this.down === this.touch) return;
    const { target, view, spans } = this.annotator;
    const stretch = view.selected();
    if (!stretch) return;
    if (this.down) return target.live.supported && target.live.show(snap(spans.tokens, stretch.start, stretch.end));
    const before = target.words && target.range;
    if (before && before.start <= stretch.start && stretch.end <= before.end) return;
    target.toStretch(stretch.start, stretch.end);
    target.byPointer = target.words !== null;
    if (target.live.supported) target.live.show(target.range);
    this.annotator.bubble.show(target.bubbleRect(), target.span);
  }

  /**
   * The words in hand can be copied, though the page's own selection is empty.
   * @param {ClipboardEvent} event
   */
  #copy(event) {
    const { target, spans } = this.annotator;
    if (!target.words || !document.getSelection()?.isCollapsed || !(event.target instanceof Node)) return;
    if (event.target !== document.body && !this.root.contains(event.target)) return;
    event.clipboardData?.setData("text/plain", spans.mention(/** @type {any} */ (target.range)));
    event.preventDefault();
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
