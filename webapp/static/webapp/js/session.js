// @ts-check
/**
 * A sitting: note after note without a page load. The next note is shown before the last one is saved; saves go through
 * the outbox. `this.data` is the note in sight, `this.waiting` that the next one has not come yet.
 */
import { hideAlert, showAlert } from "./alert.js";
import { Annotator } from "./annotator.js";
import { AskOpinion, AskReason } from "./ask.js";
import { Comments } from "./comments.js";
import { Draft } from "./draft.js";
import { showHead } from "./head.js";
import { Notice } from "./notice.js";
import { Outbox } from "./outbox.js";
import { byId } from "./page-parts.js";
import { showSaved } from "./saved.js";
import { Server } from "./server.js";
import { Settle } from "./settle.js";
import { Trail } from "./trail.js";

const TWICE = "Two people annotate this note already; submit it as you see it.";
const CHANGED = "You changed this note: submit it, or undo your changes, then go on.";

export class Session {
  /**
   * @param {any} data the payload of the first note
   * @param {{csrf: string, user: string}} page
   */
  constructor(data, { csrf, user }) {
    this.user = user;
    this.keys = data.keys ?? {};
    this.server = new Server(csrf, user);
    this.trail = new Trail();
    this.settle = new Settle(this);
    this.comments = new Comments(this.server);
    this.notice = new Notice(this.server);
    this.outbox = new Outbox(this.server, user, {
      inHand: (item) => this.#inHand(item.task),
      done: (item, body) => this.#saved(item, body),
      refused: (item, answer) => void this.settle.refused(item, answer),
      changed: () => this.status(),
    });
    this.askReason = new AskReason((comment, reason) => this.skip(comment, reason));
    this.askOpinion = new AskOpinion((comment) => this.submit({ flag: true, comment }));
    this.show({ data, draft: null, work: null });
    // Sent before the page was loaded again: it is on its way, not to be done twice.
    if (this.outbox.has(data.task)) this.next();
    void this.outbox.flush();
    void this.fetchNext();
  }

  /** @param {import("./trail.js").Ahead} note */
  show({ data, draft, work }) {
    this.leave();
    this.waiting = false;
    this.data = data;
    this.draft = draft ?? this.#newDraft(data);
    const kept = work ?? this.draft.newest();
    const seconds = Math.max(data.seconds, kept?.seconds ?? 0);
    showHead(data);
    this.comments.show(data);
    this.notice.show(data);
    this.annotator = new Annotator({ ...data, keys: this.keys, seconds }, this.#hooks());
    this.opened = this.told;
    if (kept) {
      this.annotator.restore(kept.spans);
      this.annotator.say("Your unfinished work is back. Undo returns to the start.");
    }
    byId("note").focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
    if (this.draft.clash) void this.settle.clash(this.draft.clash);
    void this.draft.flush();
    this.status();
  }

  /** Ends the work on the note in sight; its draft goes on being saved when it is only left. */
  leave() {
    hideAlert();
    this.annotator?.destroy();
  }

  /** @param {any} data */
  #newDraft(data) {
    const draft = new Draft(data, this, {
      changed: () => this.status(),
      refused: (answer) => void (draft === this.draft && this.settle.draftRefused(answer)),
    });
    return draft;
  }

  /** @returns {import("./annotator.js").Hooks} */
  #hooks() {
    return {
      changed: (rows, seconds) => this.draft.change(rows, seconds),
      submit: () => void this.submit(),
      skip: () => this.askReason.open(),
      flag: () => (this.data.doubled ? this.annotator.say(TWICE) : this.askOpinion.open()),
      comment: () => this.comments.open(),
      back: () => void this.back(),
      forward: () => void this.forward(),
      keys: (keys) => void this.#saveKeys(keys),
    };
  }

  /** What the note in sight would be saved as. */
  get told() {
    return JSON.stringify(this.annotator.rows());
  }

  /**
   * @param {{flag?: boolean, comment?: string}} [how]
   * @returns {Promise<string>} why not; empty when the note is on its way
   */
  async submit({ flag = false, comment = "" } = {}) {
    if (this.waiting) return "";
    const { data } = this;
    const problem = comment && (await this.comments.send(data, comment));
    if (problem) return problem;
    if (!(await this.comments.flush()) || data !== this.data || this.waiting) return "";
    const rows = this.annotator.rows();
    const { seconds } = this.annotator;
    const body = { spans: rows, base_revision: data.base_revision, seconds, flag };
    this.trail.submitted({ data, rows, seconds });
    this.#send("submit", body);
    return "";
  }

  /**
   * @param {string} comment
   * @param {string} reason
   * @returns {Promise<string>} why not; empty when it is on its way
   */
  async skip(comment, reason) {
    const { data } = this;
    const problem = comment && (await this.comments.send(data, comment));
    if (problem || !(await this.comments.flush())) return problem;
    if (data === this.data && !this.waiting) this.#send("skip", { reason });
    return "";
  }

  /**
   * @param {"submit" | "skip"} kind
   * @param {object} body
   */
  #send(kind, body) {
    const { task, note, urls } = this.data;
    this.draft.stop();
    this.outbox.add({ kind, task, note, url: urls[kind], body });
    this.next();
    void this.outbox.flush();
  }

  /** The note that was left, the one fetched before, or a wait for the server. */
  next() {
    const ahead = this.trail.takeNext();
    if (ahead) return this.show(ahead);
    hideAlert();
    this.waiting = true;
    this.annotator.freeze(true);
    this.annotator.say(`The next note opens${this.outbox.trouble ? " when the connection is back" : "…"}`);
    if (!this.outbox.size) void this.fetchNext();
  }

  /** An adjudication done by hand is no part of a sitting. */
  get alone() {
    return !this.data.urls.next || this.data.reason?.value === "adjudicate";
  }

  async fetchNext() {
    if (this.outbox.size) return;
    if (this.alone) return this.#arrived({ next: null, lost: [] });
    const answer = await this.server.post(this.data.urls.next, this.#inHand(0));
    if (answer.state === "ok") this.#arrived(answer.body);
    else if (this.waiting) showAlert(answer.error, { name: "Try again", act: () => void this.fetchNext() });
  }

  /**
   * What the server is told with each save: the notes in hand, and whether another one is wanted.
   * @param {number} sent
   */
  #inHand(sent) {
    const inSight = this.waiting ? [] : [this.data.task];
    const onTheWay = this.outbox.items.map(({ task }) => task);
    const holding = [...new Set([...inSight, ...this.trail.tasksAhead, ...onTheWay])].filter((task) => task !== sent);
    return { holding, want: !this.alone && !this.trail.ready.length };
  }

  /**
   * @param {import("./outbox.js").Item} item
   * @param {any} body
   */
  #saved(item, body) {
    if (item.task !== this.data.task || this.waiting) this.draft.kept.remove(item.task);
    this.#arrived(body);
  }

  /** @param {{next: any, lost: number[]}} body */
  #arrived({ next, lost = [] }) {
    this.trail.drop(lost);
    this.trail.fetched(next);
    if (this.waiting && this.trail.tasksAhead.length) this.next();
    else if (this.waiting && !this.outbox.size) location.assign(this.data.urls.queue);
    else if (!this.waiting && lost.includes(this.data.task)) this.settle.gone();
    this.status();
  }

  /** Undo across notes: the note submitted before. */
  async back() {
    const { last } = this.trail;
    if (!last) return this.annotator.say("Nothing to undo.");
    const { task } = last.data;
    if (this.outbox.recall(task)) {
      const work = { spans: last.rows, seconds: last.seconds };
      return this.#return({ data: { ...last.data, unsent: true }, draft: null, work });
    }
    if (this.outbox.has(task)) return this.annotator.say("That note is being saved; press again in a moment.");
    const opened = await this.ask(last.data.urls.reopen);
    if (opened) this.#return({ data: opened, draft: null, work: null });
  }

  /** @param {import("./trail.js").Ahead} note submitted before */
  #return(note) {
    this.trail.forget(note.data.task);
    this.park();
    this.show(note);
    this.annotator.say(`Back at note ${note.data.note}. Correct it and submit it again; redo returns.`);
  }

  /** Redo across notes: the note that was left on the way back. */
  async forward() {
    if (!this.trail.left.length) return this.annotator.say("Nothing to redo.");
    if (this.data.unsent) return void this.submit();
    if (this.told !== this.opened) return this.annotator.say(CHANGED);
    const { data, annotator } = this;
    if (!(await this.ask(data.urls.release))) return;
    this.draft.stop();
    this.trail.submitted({ data, rows: annotator.rows(), seconds: annotator.seconds });
    this.next();
  }

  /** Leaves the note in sight as it is, to come back to it. */
  park() {
    if (this.waiting) return;
    void this.draft.flush();
    const work = this.told === this.opened ? null : { spans: this.annotator.rows(), seconds: this.annotator.seconds };
    this.trail.left.push({ data: this.data, draft: this.draft, work });
  }

  /**
   * A call that the annotator waits for.
   * @param {string} url
   * @returns {Promise<any>} null when it failed, which is said
   */
  async ask(url) {
    this.annotator.freeze(true);
    const answer = await this.server.post(url, {});
    this.annotator.freeze(false);
    if (answer.state === "ok") return answer.body;
    this.annotator.say(answer.state === "away" ? "No connection; press again in a moment." : answer.error);
    return null;
  }

  /** @param {Record<string, string>} keys */
  async #saveKeys(keys) {
    this.keys = keys;
    const answer = await this.server.post(this.data.urls.keys, { keys });
    if (answer.state !== "ok") this.annotator.say(`Your keys hold until you close the page: ${answer.error}`);
  }

  status() {
    if (this.draft) showSaved(this.outbox, this.draft);
  }

  /** The page is hidden or closes. */
  rest() {
    void this.draft.flush({ keepalive: true });
  }

  /** The page closes: what was fetched and never shown goes back to the queue. */
  close() {
    this.rest();
    for (const { urls } of this.trail.ready) this.server.beacon(urls.release);
    this.trail.ready = [];
  }
}
