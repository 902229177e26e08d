// @ts-check
/**
 * Unfinished work on one task: on this computer at once, on the server a moment after the last change. Of what both
 * have, the newer comes back; when two tabs changed the note, the annotator is asked.
 */
import { Kept } from "./kept.js";

/** @typedef {import("./span.js").Row} Row */
/** @typedef {import("./server.js").Answer} Answer */
/** @typedef {{spans: Row[], seconds: number}} Work */

/**
 * @typedef {object} Hooks
 * @property {() => void} changed the draft was saved, or could not be
 * @property {(answer: Answer) => void} refused by the server: another tab was faster, or the note is in hand no more
 */

const PAUSE = 1_500;
const AGAIN = 5_000;

export class Draft {
  /**
   * @param {any} data the payload of the task
   * @param {{server: import("./server.js").Server, user: string}} page
   * @param {Hooks} hooks
   */
  constructor(data, { server, user }, hooks) {
    this.data = data;
    this.server = server;
    this.hooks = hooks;
    this.kept = new Kept("draft", user);
    this.version = data.draft?.version ?? 0;
    /** @type {Work | null} changes that the server does not have */
    this.pending = null;
    /** @type {Answer | null} */
    this.trouble = null;
    /** @type {Work | null} what is kept here and another tab or machine has gone past */
    this.clash = null;
    this.timer = 0;
    /** @type {AbortController | null} */
    this.call = null;
  }

  /** @returns {Work | null} the newer of what is kept here and what the server has */
  newest() {
    const here = this.kept.get(this.data.task);
    const there = this.data.draft;
    const fits = Array.isArray(here?.spans) && here.base_revision === this.data.base_revision;
    if (!fits) return there;
    if ((here.version ?? 0) < this.version) {
      if (here.unsaved && !sameSpans(here.spans, there.spans)) this.clash = here;
      return there;
    }
    if (here.unsaved) this.pending = { spans: here.spans, seconds: here.seconds };
    return here.unsaved || !there ? here : there;
  }

  /**
   * @param {Row[]} spans
   * @param {number} seconds
   */
  change(spans, seconds) {
    this.pending = { spans, seconds };
    this.#keep(this.pending, true);
    this.#later(PAUSE);
  }

  /** Sends what the server does not have, also while the page closes. */
  async flush({ keepalive = false } = {}) {
    clearTimeout(this.timer);
    const { pending } = this;
    if (!pending || !this.data.urls.draft || (this.call && !keepalive)) return;
    this.call = new AbortController();
    this.hooks.changed();
    const { base_revision, urls } = this.data;
    const body = { ...pending, base_revision, version: this.version };
    const answer = await this.server.post(urls.draft, body, { signal: this.call.signal, keepalive });
    if (!this.call) return;
    this.call = null;
    this.#told(answer, pending);
  }

  /**
   * @param {Answer} answer
   * @param {Work} sent
   */
  #told(answer, sent) {
    this.trouble = answer.state === "ok" ? null : answer;
    if (answer.state === "ok") {
      this.version = answer.body.version;
      if (this.pending === sent) this.pending = null;
      this.#keep(this.pending ?? sent, this.pending !== null);
      if (this.pending) this.#later(PAUSE);
    } else if (answer.state === "refused") {
      this.hooks.refused(answer);
    } else {
      this.#later(AGAIN);
    }
    this.hooks.changed();
  }

  /** No call may come after the submit. What is kept here stays until the server has confirmed. */
  stop() {
    clearTimeout(this.timer);
    this.call?.abort();
    this.call = null;
    this.pending = null;
    this.trouble = null;
  }

  /**
   * @param {Work} work
   * @param {boolean} unsaved
   */
  #keep({ spans, seconds }, unsaved) {
    const { task, base_revision } = this.data;
    this.kept.set(task, { task, spans, seconds, base_revision, version: this.version, unsaved });
  }

  /** @param {number} wait */
  #later(wait) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.flush(), wait);
    this.hooks.changed();
  }
}

/**
 * @param {Row[]} one
 * @param {Row[]} other
 */
export function sameSpans(one, other) {
  const told = (/** @type {Row[]} */ rows) => JSON.stringify(rows.map(nameOfRow).sort());
  return told(one) === told(other);
}

/** @param {any} row */
export function nameOfRow({ start, end, label, assertion = [], code = "" }) {
  return [start, end, label, ...assertion, code].join(" ");
}
