// @ts-check
/** The panel of the adjudication page: the current difference with its choices, and how far all of them are. */
import { drawNote, element, excerpt, named, stretchOf } from "./adjudicate-text.js";

/** @typedef {import("./adjudicate-text.js").Span} Span */
/** @typedef {import("./adjudicate-text.js").Difference} Difference */
/** @typedef {"left" | "right" | "both" | "neither"} Choice */

/** @type {Record<Choice, {name: string, short: string, key: string}>} */
export const CHOICES = {
  left: { name: "Version A", short: "A", key: "1" },
  right: { name: "Version B", short: "B", key: "2" },
  both: { name: "Both", short: "A+B", key: "3" },
  neither: { name: "Neither", short: "–", key: "0" },
};

// Of a mention in a sentence, in characters.
const LONGEST = 80;

/** @param {string} id */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class Panel {
  /** @param {any} data the page's JSON */
  constructor(data) {
    this.data = data;
    this.colours = new Map(data.labels.map((/** @type {any} */ l) => [l.name, l.colour]));
    this.marks = drawNote(byId("note"), data.text, data);
    this.steps = this.marks.map((_, i) => step(i));
    byId("steps").replaceChildren(...this.steps.map((one) => /** @type {Node} */ (one.parentNode)));
  }

  /**
   * @param {(Choice | null)[]} choices
   * @param {number} current
   */
  show(choices, current) {
    const decided = choices.filter((choice) => choice !== null).length;
    for (const [i, mark] of this.marks.entries()) {
      mark.dataset.choice = choices[i] ?? "";
      mark.classList.toggle("is-current", i === current);
    }
    for (const [i, one] of this.steps.entries()) showStep(one, i, choices[i], i === current);
    byId("case-title").textContent = `Difference ${current + 1} of ${choices.length}`;
    byId("decided").textContent = `${decided} of ${choices.length}`;
    this.#showKinds(this.data.differences[current]);
    this.#showChoices(this.data.differences[current], choices[current]);
    // On a narrow screen the choice stands above the text and carries its own excerpt.
    if (!matchMedia("(max-width: 60rem)").matches) this.marks[current]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {Difference} difference */
  #showKinds({ kinds, labels }) {
    const parts = kinds.map((kind) => element("span", "badge", kind));
    for (const label of labels.filter((name) => this.data.sections[name])) {
      const link = /** @type {HTMLAnchorElement} */ (element("a", "small", `Guidelines: ${label}`));
      link.href = this.data.sections[label];
      link.target = "_blank";
      parts.push(link);
    }
    byId("case-kinds").replaceChildren(...parts);
  }

  /**
   * @param {Difference} difference
   * @param {Choice | null} chosen
   */
  #showChoices(difference, chosen) {
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.choice : "";
    const made = difference.choices.map((name) => this.#choice(/** @type {Choice} */ (name), difference, chosen));
    byId("choices").replaceChildren(...made);
    // Who pressed a button stays at that button for the next difference.
    made.find((one) => one.dataset.choice === focused)?.focus({ preventScroll: true });
  }

  /**
   * @param {Choice} name
   * @param {Difference} difference
   * @param {Choice | null} chosen
   */
  #choice(name, difference, chosen) {
    const made = element("button", `choice choice-${name}`);
    made.setAttribute("type", "button");
    Object.assign(made.dataset, { do: "choose", choice: name });
    made.setAttribute("aria-pressed", String(chosen === name));
    const head = element("span", "choice-name", CHOICES[name].name);
    head.append(" ", element("kbd", "", CHOICES[name].key));
    made.append(head);
    if (name === "left" || name === "right") {
      const spans = difference[name];
      made.append(excerpt(this.data.text, stretchOf(difference), spans, this.colours));
      if (!spans.length) made.append(element("span", "muted small", "nothing marked here"));
      made.setAttribute("aria-label", `${CHOICES[name].name}, key ${CHOICES[name].key}: ${this.#words(spans)}`);
    }
    return made;
  }

  /** @param {Span[]} spans */
  #words(spans) {
    const words = spans.map((span) => `${named(span)} “${clip(this.data.text.slice(span.start, span.end))}”`);
    return words.join(", ") || "nothing";
  }

  /**
   * What a difference is, for the status line and a screen reader.
   * @param {number} index
   */
  describe(index) {
    const { kinds, left, right } = this.data.differences[index];
    return `Difference ${index + 1}: ${kinds.join(", ")}. A: ${this.#words(left)}. B: ${this.#words(right)}.`;
  }
}

/**
 * The beginning of a long mention, no character cut in two.
 * @param {string} words
 */
function clip(words) {
  const signs = [...words];
  return signs.length > LONGEST ? `${signs.slice(0, LONGEST).join("")}…` : words;
}

/** @param {number} index */
function step(index) {
  const made = element("button", "step-button");
  made.setAttribute("type", "button");
  Object.assign(made.dataset, { do: "go", index: String(index) });
  element("li", "").append(made);
  return made;
}

/**
 * @param {HTMLElement} made
 * @param {number} i
 * @param {Choice | null} choice
 * @param {boolean} current
 */
function showStep(made, i, choice, current) {
  made.textContent = choice ? `${i + 1}: ${CHOICES[choice].short}` : `${i + 1}`;
  made.classList.toggle("is-decided", choice !== null);
  made.setAttribute("aria-label", `Difference ${i + 1}: ${choice ? `${CHOICES[choice].name} taken` : "not decided"}`);
  if (current) made.setAttribute("aria-current", "true");
  else made.removeAttribute("aria-current");
}
