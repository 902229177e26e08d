// @ts-check
/** The line that always tells whether the work is safe. */
import { count } from "./page-parts.js";

const WHY = /** @type {Record<string, string>} */ ({
  away: "no connection",
  out: "you are signed out; sign in in another tab",
  other: "somebody else is signed in; sign in again in another tab",
});

/**
 * @param {import("./outbox.js").Outbox} outbox
 * @param {import("./draft.js").Draft} draft
 * @returns {{state: "idle" | "saving" | "saved" | "waits", text: string}}
 */
export function describe(outbox, draft) {
  const trouble = outbox.trouble ?? draft.trouble;
  if (trouble && trouble.state !== "refused") return { state: "waits", text: waits(trouble, outbox, draft) };
  if (outbox.size || draft.call || draft.pending) return { state: "saving", text: "Saving…" };
  return { state: "saved", text: "Saved" };
}

/**
 * @param {import("./server.js").Answer} trouble
 * @param {import("./outbox.js").Outbox} outbox
 * @param {import("./draft.js").Draft} draft
 */
function waits(trouble, outbox, draft) {
  const safe = outbox.safe && draft.kept.safe;
  const where = safe ? "kept on this computer" : "kept in this page only, do not close it";
  const many = outbox.size ? ` (${count(outbox.size, "note waits", "notes wait")})` : "";
  return `Not saved yet: ${WHY[trouble.state]}, ${where}${many}`;
}

/**
 * @param {import("./outbox.js").Outbox} outbox
 * @param {import("./draft.js").Draft} draft
 */
export function showSaved(outbox, draft) {
  const line = document.getElementById("saved");
  if (!line) return;
  const { state, text } = describe(outbox, draft);
  line.dataset.state = state;
  // Only trouble is worth interrupting somebody who listens.
  line.setAttribute("aria-live", state === "waits" ? "polite" : "off");
  if (line.textContent !== text) line.textContent = text;
}
