// @ts-check
/** The page of a task: the note in hand, its draft, and the server. */
import { Annotator } from "./annotator.js";
import { Draft } from "./draft.js";
import { send } from "./server.js";

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} id */
const dialog = (id) => /** @type {HTMLDialogElement} */ (document.getElementById(id));

export class Page {
  /**
   * @param {any} data the page's JSON
   * @param {{csrf: string, user: string}} page
   */
  constructor(data, { csrf, user }) {
    this.data = data;
    this.csrf = csrf;
    this.draft = new Draft(data.task, data.base_revision, user);
    const kept = this.draft.load();
    const seconds = Math.max(data.seconds, kept?.seconds ?? 0);
    this.annotator = new Annotator({ ...data, seconds }, this.#hooks());
    if (!kept) return;
    this.annotator.restore(kept.spans);
    this.annotator.say("Your unsaved work is back. Undo returns to the start.");
  }

  /** @returns {import("./annotator.js").Hooks} */
  #hooks() {
    return {
      changed: (rows, seconds) => this.draft.save(rows, seconds),
      submit: () => void this.submit(),
      skip: () => dialog("skip-dialog").showModal(),
    };
  }

  async submit() {
    this.annotator.freeze(true);
    this.#alert(null);
    this.annotator.say("Saving…");
    const { base_revision, urls } = this.data;
    const body = { spans: this.annotator.rows(), base_revision, seconds: this.annotator.seconds };
    const answer = await send(urls.submit, body, this.csrf);
    if ("next" in answer) return this.#leave(answer.next);
    this.annotator.freeze(false);
    this.annotator.say("Not saved.");
    this.#alert(answer.error);
  }

  /**
   * Stays frozen: nothing more may be sent from this page.
   * @param {string} next
   */
  #leave(next) {
    this.draft.clear();
    this.annotator.say("Saved. The next note opens…");
    location.assign(next);
  }

  /** @param {string | null} sentence */
  #alert(sentence) {
    byId("alert").hidden = !sentence;
    byId("alert-text").textContent = sentence ?? "";
  }
}

/** Starts the page; also what tests call. */
export function start() {
  const root = byId("annotator");
  const data = JSON.parse(byId("note-data").textContent ?? "");
  const csrf = /** @type {HTMLInputElement} */ (root.querySelector("[name=csrfmiddlewaretoken]")).value;
  const page = new Page(data, { csrf, user: root.dataset.user ?? "" });
  byId("skip-dialog").addEventListener("submit", () => page.draft.clear());
  // A page brought back by the Back button may hold a note that is finished.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  // On a small screen the text comes first: what stands beside it starts folded.
  if (matchMedia("(max-width: 60rem)").matches) {
    for (const fold of document.querySelectorAll("details.fold")) fold.removeAttribute("open");
  }
  root.dataset.ready = "yes";
  return page;
}

if (document.getElementById("annotator")) start();
