// @ts-check
/** When the server says no: the annotator is brought back to the note with their work, the reason, and a choice. */
import { showAlert } from "./alert.js";
import { choose } from "./conflict.js";

/** @typedef {import("./server.js").Answer} Answer */

const GONE = "This note went back to the queue and is with a colleague now; what you marked in it is not saved.";

export class Settle {
  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.session = session;
    /** One refusal is settled after the other. */
    this.turn = Promise.resolve();
  }

  /** @param {() => Promise<void> | undefined} act */
  #inTurn(act) {
    this.turn = this.turn.then(act);
    return this.turn;
  }

  /**
   * A save was refused for good.
   * @param {import("./outbox.js").Item} item
   * @param {Answer} answer
   */
  refused(item, answer) {
    return this.#inTurn(() => this.#refused(item, answer));
  }

  /**
   * @param {import("./outbox.js").Item} item
   * @param {Answer} answer
   */
  async #refused(item, answer) {
    const { session } = this;
    const data = session.trail.find(item.task)?.data ?? (await this.#reopen(item));
    session.trail.forget(item.task);
    if (!data || item.kind === "skip") return this.#tell(item, answer.error);
    const work = { spans: item.body.spans, seconds: item.body.seconds };
    session.park();
    session.show({ data, draft: null, work });
    const { theirs } = answer.body;
    if (theirs) return this.#between(data, work.spans, theirs, answer.error);
    showAlert(`Note ${item.note} was not saved. ${answer.error}`, this.#way());
  }

  /**
   * The note of a save from an earlier page.
   * @param {import("./outbox.js").Item} item
   */
  async #reopen(item) {
    if (item.kind === "skip") return null;
    const answer = await this.session.server.post(item.url.replace("/submit/", "/reopen/"), {});
    return answer.state === "ok" ? answer.body : null;
  }

  /**
   * @param {import("./outbox.js").Item} item
   * @param {string} error
   */
  #tell(item, error) {
    const { session } = this;
    if (session.waiting) void session.fetchNext();
    showAlert(`Note ${item.note} was not ${item.kind === "skip" ? "skipped" : "saved"}. ${error}`, { name: "All right", act() {} });
  }

  /**
   * @param {any} data
   * @param {any[]} mine
   * @param {any} theirs
   * @param {string} why
   */
  async #between(data, mine, theirs, why) {
    const { session } = this;
    const kept = await choose({ text: data.text, why, mine, theirs });
    if (kept === "mine") return this.#overTheirs(data, theirs);
    session.draft.stop();
    session.draft.kept.remove(data.task);
    if (theirs.closed) return session.next();
    const shown = { ...data, spans: theirs.spans, base_revision: theirs.revision, draft: null };
    session.show({ data: shown, draft: null, work: null });
  }

  /**
   * The annotator's version becomes the next revision: theirs is kept below it.
   * @param {any} data
   * @param {any} theirs
   */
  async #overTheirs(data, theirs) {
    const { session } = this;
    if (theirs.closed && !(await session.ask(data.urls.reopen))) return;
    data.base_revision = theirs.revision;
    await session.submit();
  }

  /**
   * A draft was refused: another tab was faster, or the note is in hand no more.
   * @param {Answer} answer
   */
  draftRefused(answer) {
    const { draft } = this.session;
    return this.#inTurn(async () => {
      if (draft !== this.session.draft) return;
      const { theirs } = answer.body;
      if (theirs) return this.#drafts(answer.error, theirs);
      showAlert(answer.error, this.#way());
    });
  }

  /**
   * What was kept here is older than what another tab saved, and different.
   * @param {any} kept
   */
  clash(kept) {
    const { draft } = this.session.data;
    return this.#inTurn(() => this.#drafts("This note was changed in another tab or on another computer.", draft, kept.spans));
  }

  /**
   * @param {string} why
   * @param {any} theirs
   * @param {any[]} [mine]
   */
  async #drafts(why, theirs, mine = this.session.annotator.rows()) {
    const { data, draft, annotator } = this.session;
    const kept = await choose({ text: data.text, why, mine, theirs });
    draft.version = theirs.version;
    const spans = kept === "mine" ? mine : theirs.spans;
    annotator.restore(spans);
    draft.change(annotator.rows(), annotator.seconds);
    void draft.flush();
  }

  /** The note in sight is somebody else's by now. */
  gone() {
    showAlert(GONE, this.#way());
  }

  #way() {
    const { session } = this;
    return {
      name: "Leave it and go on",
      act: () => {
        session.draft.stop();
        session.draft.kept.remove(session.data.task);
        session.next();
      },
    };
  }
}
