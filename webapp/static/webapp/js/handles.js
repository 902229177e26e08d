// @ts-check
/** Handles at both edges of the entity in hand: dragged by mouse, pen or finger they take its edges along. */
import { byId } from "./page-parts.js";

/** @typedef {import("./annotator.js").Annotator} Annotator */
/** @typedef {import("./stretch.js").Side} Side */

/** @type {Side[]} */
const SIDES = ["start", "end"];

export class Handles {
  /** @param {Annotator} annotator */
  constructor(annotator) {
    this.annotator = annotator;
    /** @type {Side | null} */
    this.dragged = null;
    this.offset = 0;
  }

  /** @param {AbortSignal} signal ends it */
  listen(signal) {
    for (const side of SIDES) {
      const handle = byId(`handle-${side}`);
      handle.addEventListener("pointerdown", (event) => this.#press(event, side), { signal });
      // The focus stays on the entity, and a touch does not scroll the page.
      handle.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
      handle.addEventListener("touchstart", (event) => event.preventDefault(), { signal, passive: false });
    }
    document.addEventListener("pointermove", (event) => this.#move(event), { signal });
    document.addEventListener("pointerup", (event) => this.#release(event), { signal });
    document.addEventListener("pointercancel", () => this.#drop(), { signal });
    document.addEventListener("keydown", (event) => this.#leave(event), { signal, capture: true });
    signal.addEventListener("abort", () => this.#drop());
    this.show();
  }

  /** Puts the handles where the edges are; without an entity there are none. */
  show() {
    const { target, view, busy } = this.annotator;
    const span = busy ? null : target.span;
    for (const side of SIDES) byId(`handle-${side}`).hidden = !span;
    if (!span) return;
    const boxes = [...view.range(span).getClientRects()].filter((box) => box.width);
    if (!boxes.length) return;
    const frame = /** @type {HTMLElement} */ (byId("handle-start").offsetParent).getBoundingClientRect();
    const rightToLeft = view.isRightToLeft(span.start);
    for (const [side, box] of /** @type {const} */ ([["start", boxes[0]], ["end", boxes[boxes.length - 1]]])) {
      const { style } = byId(`handle-${side}`);
      const x = (side === "start") === rightToLeft ? box.right : box.left;
      style.setProperty("left", `${x - frame.left}px`);
      style.setProperty("top", `${box.top - frame.top}px`);
      style.setProperty("height", `${box.height}px`);
    }
  }

  /**
   * @param {PointerEvent} event
   * @param {Side} side
   */
  #press(event, side) {
    const { span } = this.annotator.target;
    if (event.button > 0 || !span) return;
    event.preventDefault();
    this.dragged = side;
    this.offset = span[side];
    document.body.classList.add("is-dragging-edge");
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const { target, spans, view } = this.annotator;
    const { dragged } = this;
    if (!dragged || target.id === null) return;
    const offset = view.at(event.clientX, event.clientY);
    if (offset === null) return;
    this.offset = offset;
    target.live.show(spans.reach(target.id, dragged, offset, event.altKey ? "character" : "token"));
  }

  /** @param {PointerEvent} event */
  #release(event) {
    const side = this.dragged;
    if (!side) return;
    this.#drop();
    this.annotator.edits.edgeTo(side, this.offset, event.altKey ? "character" : "token");
  }

  #drop() {
    this.dragged = null;
    document.body.classList.remove("is-dragging-edge");
    this.annotator.target.live.show(null);
  }

  /**
   * Escape leaves the edge where it was.
   * @param {KeyboardEvent} event
   */
  #leave(event) {
    if (!this.dragged) return;
    if (event.key === "Escape") this.#drop();
    event.preventDefault();
  }
}
