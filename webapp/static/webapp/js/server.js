// @ts-check
/** Calls of the note page. Every way one can go wrong becomes a state and a sentence; nothing is thrown. */

/**
 * `ok`: done. `refused`: never, with a reason. The others pass, so the same is sent again: `away`, no answer; `out`,
 * signed out; `other`, somebody else is signed in on this computer.
 * @typedef {{state: "ok" | "refused" | "away" | "out" | "other", error: string, body: any}} Answer
 */

const PATIENCE = 20_000;
const AWAY = "The server can't be reached; your work is kept.";
const OUT = "You are signed out; your work is kept. Sign in in another tab, then go on here.";
const FAILED = "The server could not save this; your work is kept.";
const REFUSED = "The server refused this.";
const REFUSALS = [400, 403, 404, 409, 413, 422];

export class Server {
  /**
   * @param {string} csrf the token in the page
   * @param {string} user whose page it is: nothing is saved under another name
   */
  constructor(csrf, user) {
    this.csrf = csrf;
    this.user = user;
  }

  /** The newest token: signing in again in another tab changes the cookie. */
  get token() {
    return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? this.csrf;
  }

  /**
   * @param {string} url
   * @param {object} body
   * @param {{signal?: AbortSignal, keepalive?: boolean}} [options] keepalive: the page may close meanwhile
   * @returns {Promise<Answer>}
   */
  async post(url, body, { signal, keepalive = false } = {}) {
    const patience = AbortSignal.timeout(PATIENCE);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Accept: "application/json",
          "X-CSRFToken": this.token,
          "X-Page-User": this.user,
        },
        body: JSON.stringify(body),
        redirect: "manual",
        keepalive,
        signal: signal ? AbortSignal.any([signal, patience]) : patience,
      });
      return await read(response);
    } catch {
      return { state: "away", error: AWAY, body: null };
    }
  }

  /**
   * Says something while the page closes; no answer is waited for.
   * @param {string} url
   */
  beacon(url) {
    const form = new FormData();
    form.set("csrfmiddlewaretoken", this.token);
    navigator.sendBeacon(url, form);
  }
}

/**
 * @param {Response} response
 * @returns {Promise<Answer>}
 */
async function read(response) {
  const isJson = response.headers.get("Content-Type")?.includes("json");
  // Django answers with a page when the session or its token is gone.
  if (response.type === "opaqueredirect" || (response.status === 403 && !isJson)) {
    return { state: "out", error: OUT, body: null };
  }
  const body = isJson ? await response.json() : null;
  if (response.ok && body) return { state: "ok", error: "", body };
  const error = typeof body?.error === "string" ? body.error : "";
  if (response.status === 401) return { state: "other", error: error || OUT, body };
  if (REFUSALS.includes(response.status)) return { state: "refused", error: error || REFUSED, body: body ?? {} };
  return { state: "away", error: error || FAILED, body };
}

/**
 * One call of a page that has no sitting.
 * @param {string} url
 * @param {object} body
 * @param {string} csrf
 * @returns {Promise<any>} the server's answer, or why there is none as `error`
 */
export async function send(url, body, csrf) {
  const answer = await new Server(csrf, "").post(url, body);
  return answer.state === "ok" ? answer.body : { error: answer.error };
}
