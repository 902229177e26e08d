// @ts-check
/** Everything of the page that names the note: address, title, head, and where the note comes from. */
import { make } from "./page-parts.js";

const NAMES = /** @type {Record<string, string>} */ ({ age_band: "Age" });

/** @param {any} data the payload of a task */
export function showHead(data) {
  if (data.urls.page && data.urls.page !== location.pathname + location.search) history.replaceState(null, "", data.urls.page);
  if (!data.note) return;
  const name = `Note ${data.note}`;
  document.title = document.title.replace(/Note \d+/, name);
  for (const place of document.querySelectorAll("[data-head=note]")) place.textContent = name;
  const badge = document.getElementById("head-reason");
  if (badge) {
    badge.className = `badge badge-${data.reason.value}`;
    badge.textContent = data.reason.name;
  }
  const how = document.getElementById("head-how");
  if (how) how.textContent = data.how;
  document.getElementById("about-facets")?.replaceChildren(...facets(data));
}

/** @param {any} data */
function facets(data) {
  const rows = data.facets.flatMap((/** @type {{name: string, value: string}} */ { name, value }) => [
    make("dt", "", NAMES[name] ?? name[0].toUpperCase() + name.slice(1)),
    make("dd", "", value),
  ]);
  const when = document.createElement("time");
  when.dateTime = data.received;
  when.textContent = day(data.received);
  const received = make("dd", "");
  received.append(when);
  return [...rows, make("dt", "", "Received"), received];
}

/**
 * As the server writes times: UTC.
 * @param {string} iso
 */
export function day(iso) {
  const at = new Date(iso);
  const date = at.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  return `${date}, ${at.toISOString().slice(11, 16)}`;
}
