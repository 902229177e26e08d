// @ts-check
/** Comments on the note in hand. They may quote it, so they never rest on this computer. */
import { day } from "./head.js";
import { byId, make } from "./page-parts.js";

/** A name for a comment, so that sending it again is not a second one; works without https too. */
function newName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

export class Comments {
  /** @param {import("./server.js").Server} server */
  constructor(server) {
    this.server = server;
    /** @type {any} */
    this.data = null;
    /** @type {Map<string, string>} the name of each text that is on its way */
    this.names = new Map();
    /** @type {Map<number, string>} what is typed and not sent, by task */
    this.typed = new Map();
    this.field = /** @type {HTMLTextAreaElement} */ (byId("comment-text"));
    byId("comment-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.flush({ empty: "Write a few words first." });
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void this.flush({ empty: "Write a few words first." });
      if (event.key === "Escape") this.field.blur();
    });
  }

  /** @param {any} data the payload of the task in hand */
  show(data) {
    if (this.data) this.typed.set(this.data.task, this.field.value);
    this.data = data;
    this.field.value = this.typed.get(data.task) ?? "";
    this.#say("");
    this.#render(data.comments ?? []);
    /** @type {HTMLDetailsElement} */ (byId("comments")).open = Boolean(data.comments?.length || this.field.value);
  }

  open() {
    /** @type {HTMLDetailsElement} */ (byId("comments")).open = true;
    this.field.focus();
  }

  /**
   * Sends what stands in the field.
   * @param {{empty?: string}} [options] what to say when there is nothing
   * @returns {Promise<boolean>} whether nothing is left behind
   */
  async flush({ empty = "" } = {}) {
    const text = this.field.value.trim();
    if (!text) {
      this.#say(empty);
      return true;
    }
    const { data } = this;
    const problem = await this.send(data, text);
    if (this.data !== data) return !problem;
    if (!problem && this.field.value.trim() === text) this.field.value = "";
    this.#say(problem);
    if (problem) this.open();
    return !problem;
  }

  /**
   * @param {any} data the payload of the task it is about
   * @param {string} text
   * @returns {Promise<string>} why it was not kept; empty when it was
   */
  async send(data, text) {
    const key = `${data.task} ${text}`;
    const uid = this.names.get(key) ?? newName();
    this.names.set(key, uid);
    const answer = await this.server.post(data.urls.comment, { text, uid });
    if (answer.state !== "ok") return answer.state === "away" ? "Not sent: no connection. Try again." : answer.error;
    this.names.delete(key);
    data.comments = answer.body.comments;
    if (this.data === data) this.#render(data.comments);
    return "";
  }

  /** @param {any[]} comments */
  #render(comments) {
    byId("comment-count").textContent = comments.length ? String(comments.length) : "";
    byId("comment-list").replaceChildren(
      ...comments.map(({ author, at, text }) => {
        const item = make("li", "comment");
        item.append(make("p", "comment-text", text), make("p", "muted small", `${author}, ${day(at)}`));
        return item;
      }),
    );
  }

  /** @param {string} sentence */
  #say(sentence) {
    byId("comment-error").hidden = !sentence;
    byId("comment-error").textContent = sentence;
  }
}
