// @ts-check
/** The page of a task: starts a sitting, and follows the page's own coming and going. */
import { Session } from "./session.js";

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** Starts the page; also what tests call. */
export function start() {
  const root = byId("annotator");
  const data = JSON.parse(byId("note-data").textContent ?? "");
  const csrf = /** @type {HTMLInputElement} */ (root.querySelector("[name=csrfmiddlewaretoken]")).value;
  // On a small screen the text comes first: what stands beside it starts folded.
  if (matchMedia("(max-width: 60rem)").matches) {
    for (const fold of document.querySelectorAll("details.fold")) fold.removeAttribute("open");
  }
  const session = new Session(data, { csrf, user: root.dataset.user ?? "" });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && session.rest());
  window.addEventListener("pagehide", () => session.close());
  // A page brought back by the Back button may hold a note that is finished.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  // Work that can't be kept on this computer is lost with the page: say so.
  window.addEventListener("beforeunload", (event) => session.outbox.size && !session.outbox.safe && event.preventDefault());
  root.dataset.ready = "yes";
  return session;
}

if (document.getElementById("annotator")) start();
