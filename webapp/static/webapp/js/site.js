// @ts-check
/** Small comforts of every page; each form works without them. */

/** @param {SubmitEvent} event */
function onSubmit(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const question = form.dataset.confirm;
  if (question && !confirm(question)) return event.preventDefault();
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
}

/** @param {MouseEvent} event */
async function onClick(event) {
  const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  if (!(button instanceof HTMLButtonElement)) return;
  const field = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.copy ?? ""));
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Selected: copy it with Ctrl+C";
  }
}

/**
 * Live parts: when the answer is another page (signed out), open that page.
 * @param {any} event
 */
function onSwap({ detail }) {
  const asked = new URL(detail.requestConfig.path, location.href).pathname;
  if (new URL(detail.xhr.responseURL).pathname === asked) return;
  detail.shouldSwap = false;
  location.reload();
}

/** @param {boolean} lost */
function tellLost(lost) {
  const notice = document.getElementById("lost-server");
  if (notice) notice.hidden = !lost;
}

/** A table that is wider or longer than its box can be scrolled by keyboard too. */
function reachWideTables() {
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".table-box"))) {
    if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

// On a narrow screen the row of pages scrolls: the one that is open must be in sight.
document.querySelector(".nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

reachWideTables();
window.addEventListener("resize", reachWideTables);
document.addEventListener("htmx:afterSettle", reachWideTables);
document.addEventListener("submit", onSubmit);
document.addEventListener("click", onClick);
document.addEventListener("htmx:beforeSwap", onSwap);
document.addEventListener("htmx:afterOnLoad", () => tellLost(false));
document.addEventListener("htmx:sendError", () => tellLost(true));
document.addEventListener("htmx:responseError", () => tellLost(true));
// The Back button may bring a page back with its forms marked as sent.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
