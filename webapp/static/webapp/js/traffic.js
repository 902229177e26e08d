// @ts-check
/**
 * Live traffic: the part of the page that names its address is fetched anew every two seconds, as long as somebody
 * looks. Tables that were opened stay open, and the focus stays where it is.
 */

const PAUSE = 2000;
const part = /** @type {HTMLElement} */ (document.getElementById("live"));
const lost = document.getElementById("lost-server");

/** @param {string} html */
function put(html) {
  const before = state();
  const open = [...part.querySelectorAll("details[open]")].map((one) => one.id);
  const focused = document.activeElement?.closest("#live a")?.getAttribute("href");
  part.innerHTML = html;
  // Over, or begun: then other things can be done than the page says.
  if (before !== state()) return location.reload();
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) /** @type {HTMLElement | null} */ (part.querySelector(`a[href="${CSS.escape(focused)}"]`))?.focus();
}

const state = () => part.querySelector("[data-state]")?.getAttribute("data-state") ?? "";

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(part.dataset.live ?? "", { headers: { "X-Requested-With": "fetch" } });
    // Signed out meanwhile: the page says so when it is loaded anew.
    if (answer.redirected) return location.reload();
    if (lost) lost.hidden = answer.ok;
    if (answer.ok) put(await answer.text());
  } catch {
    if (lost) lost.hidden = false;
  }
}

async function goOn() {
  await refresh();
  setTimeout(goOn, PAUSE);
}

setTimeout(goOn, PAUSE);
