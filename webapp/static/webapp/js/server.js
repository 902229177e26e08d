// @ts-check
/** Sends a note's spans. Every way it can go wrong becomes a sentence; nothing is thrown. */

/** @typedef {{next: string} | {error: string}} Answer */

const PATIENCE = 20_000;
const AWAY = "The server can't be reached. Your work is kept in this page; try again.";
const SIGNED_OUT = "You are signed out or may not do this. Sign in in another tab, then try again; your work is kept.";
const FAILED = "The server could not save this. Your work is kept in this page; try again.";

/**
 * The newest token: signing in again in another tab changes the cookie.
 * @param {string} inPage
 */
function token(inPage) {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? inPage;
}

/**
 * @param {Response} response
 * @returns {Promise<Answer>}
 */
async function read(response) {
  if (response.type === "opaqueredirect") return { error: SIGNED_OUT };
  if (!response.headers.get("Content-Type")?.includes("json")) {
    return { error: response.status === 403 ? SIGNED_OUT : FAILED };
  }
  const body = await response.json();
  if (response.ok && typeof body.next === "string") return { next: body.next };
  return { error: typeof body.error === "string" ? body.error : FAILED };
}

/**
 * @param {string} url
 * @param {object} body
 * @param {string} csrf
 * @returns {Promise<Answer>}
 */
export async function send(url, body, csrf) {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token(csrf) },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    return await read(response);
  } catch {
    return { error: AWAY };
  }
}
