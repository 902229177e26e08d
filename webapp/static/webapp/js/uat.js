// @ts-check
/** The rating page by keyboard: 1 to 4 judge, U takes the last judgement back. The buttons do the same without it. */

const began = performance.now();
let pressed = false;

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (pressed || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  if (!/^[1-4u]$/.test(key)) return;
  const button = document.querySelector(`[data-key="${key}"]`);
  if (!(button instanceof HTMLButtonElement) || button.disabled) return;
  event.preventDefault();
  pressed = true;
  button.click();
}

document.addEventListener("keydown", onKey);
document.getElementById("rate")?.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const seconds = /** @type {HTMLInputElement} */ (form.elements.namedItem("seconds"));
  seconds.value = String(Math.round((performance.now() - began) / 1000));
});
// The Back button may bring the page back as it was.
window.addEventListener("pageshow", () => {
  pressed = false;
});
