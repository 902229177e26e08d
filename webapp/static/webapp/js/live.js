// @ts-check
/**
 * The live selection: the words in hand, or what an edge that is dragged would take. Painted by the Custom Highlight
 * API, which leaves the page's own selection and the text's elements alone; without it by the page's selection.
 */

/** @typedef {import("./note-view.js").NoteView} NoteView */
/** @typedef {import("./stretch.js").Stretch} Stretch */

const NAME = "live";

export class Live {
  /** @param {NoteView} view */
  constructor(view) {
    this.view = view;
    this.supported = typeof Highlight === "function" && "highlights" in CSS;
    this.show(null);
  }

  /** @param {Stretch | null} stretch */
  show(stretch) {
    if (!this.supported) return this.#select(stretch);
    if (stretch) CSS.highlights.set(NAME, new Highlight(this.view.range(stretch)));
    else CSS.highlights.delete(NAME);
  }

  /** @param {Stretch | null} stretch */
  #select(stretch) {
    if (stretch) this.view.select(stretch);
    else if (this.view.selected()) document.getSelection()?.removeAllRanges();
  }
}
