// @ts-check
/** Two versions of one note, side by side, and the choice between them. */
import { nameOfRow } from "./draft.js";
import { day } from "./head.js";
import { make } from "./page-parts.js";

/** @typedef {import("./span.js").Row} Row */

const AROUND = 24;

/**
 * Asks which version stays. Nothing is chosen by closing the dialog: it stays open.
 * @param {{text: string, why: string, mine: Row[], theirs: {author?: string, at: string, spans: Row[]}}} both
 * @returns {Promise<"mine" | "theirs">}
 */
export function choose({ text, why, mine, theirs }) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("conflict-dialog"));
  part("conflict-why").textContent = why;
  part("conflict-theirs").textContent = `By ${theirs.author ?? "you, in another tab"}, ${day(theirs.at)} UTC`;
  fill(dialog, "mine", text, mine, theirs.spans);
  fill(dialog, "theirs", text, theirs.spans, mine);
  if (!dialog.open) dialog.showModal();
  return new Promise((resolve) => {
    const done = new AbortController();
    const { signal } = done;
    const keep = (/** @type {"mine" | "theirs"} */ which) => {
      done.abort();
      dialog.close();
      resolve(which);
    };
    dialog.addEventListener("cancel", (event) => event.preventDefault(), { signal });
    dialog.addEventListener(
      "click",
      (event) => {
        const button = event.target instanceof Element ? event.target.closest("[data-keep]") : null;
        if (button instanceof HTMLElement) keep(/** @type {"mine" | "theirs"} */ (button.dataset.keep));
      },
      { signal },
    );
    dialog.addEventListener(
      "keydown",
      ({ key, repeat }) => !repeat && (key === "1" || key === "2") && keep(key === "1" ? "mine" : "theirs"),
      { signal },
    );
  });
}

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * @param {HTMLElement} dialog
 * @param {string} which
 * @param {string} text
 * @param {Row[]} rows
 * @param {Row[]} others
 */
function fill(dialog, which, text, rows, others) {
  const known = new Set(others.map(nameOfRow));
  const list = /** @type {HTMLElement} */ (dialog.querySelector(`[data-version=${which}]`));
  const sorted = [...rows].sort((a, b) => a.start - b.start || a.end - b.end);
  list.replaceChildren(...sorted.map((row) => entry(text, row, !known.has(nameOfRow(row)))));
  if (!rows.length) list.append(make("li", "muted", "No entity is marked."));
}

/**
 * @param {string} text
 * @param {any} row
 * @param {boolean} only in this version
 */
function entry(text, row, only) {
  const item = make("li", only ? "version-row is-only" : "version-row");
  item.append(make("span", "tag", row.label), " ");
  const said = [...(row.assertion ?? []), row.code].filter(Boolean).join(", ");
  const around = make("span", "version-text");
  around.append(
    make("span", "muted", `…${inLine(text.slice(Math.max(0, row.start - AROUND), row.start))}`),
    make("mark", "version-mark", text.slice(row.start, row.end)),
    make("span", "muted", `${inLine(text.slice(row.end, row.end + AROUND))}…`),
  );
  item.append(around);
  if (said) item.append(make("span", "muted small", ` ${said}`));
  if (only) item.append(make("span", "version-only", "only here"));
  return item;
}

/** @param {string} around */
const inLine = (around) => around.replace(/\s+/g, " ");
