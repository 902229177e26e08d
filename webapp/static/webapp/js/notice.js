// @ts-check
/** A change of the guidelines: shown once to each person, and the text beside the note is the new one. */
import { byId, make } from "./page-parts.js";

export class Notice {
  /** @param {import("./server.js").Server} server */
  constructor(server) {
    this.server = server;
    this.seen = 0;
    /** @type {any} */
    this.change = null;
    byId("notice-seen").addEventListener("click", () => void this.#dismiss());
  }

  /** @param {any} data the payload of the task in hand */
  show(data) {
    const change = data.guideline?.unseen;
    if (!change || change.version <= this.seen) return;
    this.change = change;
    byId("notice").hidden = false;
    byId("notice-change").textContent = change.change || `Version ${change.version} is in force.`;
    byId("guidelines").hidden = false;
    byId("guidelines-version").textContent = `version ${change.version}`;
    byId("guidelines-text").replaceChildren(...change.sections.map(section));
  }

  async #dismiss() {
    this.seen = this.change.version;
    byId("notice").hidden = true;
    byId("note").focus({ preventScroll: true });
    // Not told to the server, it is shown once more: no harm.
    await this.server.post(this.change.url, {});
  }
}

/** @param {{anchor: string, title: string, body: string}} told */
function section({ anchor, title, body }) {
  const part = make("section", "guideline");
  part.id = `g-${anchor}`;
  if (title) part.append(make("h3", "", title));
  part.append(make("div", "guideline-body", body));
  return part;
}
