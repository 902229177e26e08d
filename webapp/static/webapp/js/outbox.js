// @ts-check
/**
 * Saves on their way: kept on this computer until the server has confirmed each, sent one after the other, again and
 * again while there is no connection. The server answers the same save twice with the same annotation.
 */
import { Kept } from "./kept.js";

/** @typedef {import("./server.js").Answer} Answer */
/** @typedef {{task: number, note: number, url: string, body: any, kind: "submit" | "skip"}} Item */

/**
 * @typedef {object} Hooks
 * @property {(item: Item) => object} inHand what each call tells of the notes that the page has
 * @property {(item: Item, body: any) => void} done
 * @property {(item: Item, answer: Answer) => void} refused for good
 * @property {() => void} changed
 */

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

export class Outbox {
  /**
   * @param {{post: (url: string, body: object) => Promise<Answer>}} server
   * @param {string} user
   * @param {Hooks} hooks
   */
  constructor(server, user, hooks) {
    this.server = server;
    this.hooks = hooks;
    this.kept = new Kept("outbox", user);
    /** @type {Item[]} */
    this.items = this.kept.all();
    /** @type {Item | null} */
    this.sending = null;
    /** @type {Answer | null} why the oldest item still waits */
    this.trouble = null;
    this.tries = 0;
    this.timer = 0;
    window.addEventListener("online", () => this.flush());
    window.addEventListener("focus", () => this.trouble && this.flush());
  }

  get size() {
    return this.items.length;
  }

  get safe() {
    return this.kept.safe;
  }

  /** @param {number} task */
  has(task) {
    return this.items.some((item) => item.task === task);
  }

  /** @param {Item} item sent with the next flush */
  add(item) {
    this.items = this.items.filter((other) => other.task !== item.task);
    this.items.push(item);
    this.kept.set(item.task, item);
  }

  /**
   * Takes a save back before it was sent.
   * @param {number} task
   * @returns {boolean} whether it was still here
   */
  recall(task) {
    if (!this.has(task) || this.sending?.task === task) return false;
    this.#drop(task);
    this.hooks.changed();
    return true;
  }

  async flush() {
    if (this.sending) return;
    clearTimeout(this.timer);
    for (let item; (item = this.items[0]); ) {
      this.sending = item;
      this.hooks.changed();
      const answer = await this.server.post(item.url, { ...item.body, ...this.hooks.inHand(item) });
      this.sending = null;
      if (answer.state !== "ok" && answer.state !== "refused") return this.#wait(answer);
      this.trouble = null;
      this.tries = 0;
      this.#drop(item.task);
      if (answer.state === "ok") this.hooks.done(item, answer.body);
      else this.hooks.refused(item, answer);
    }
    this.hooks.changed();
  }

  /** @param {Answer} answer */
  #wait(answer) {
    this.trouble = answer;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.tries);
    this.tries += 1;
    this.timer = window.setTimeout(() => this.flush(), wait);
    this.hooks.changed();
  }

  /** @param {number} task */
  #drop(task) {
    this.items = this.items.filter((item) => item.task !== task);
    this.kept.remove(task);
  }
}
