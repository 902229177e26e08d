// @ts-check
/** What went wrong, in sight beside the keys, with the way out. */
import { byId, make } from "./page-parts.js";

/** @param {string} sentence @param {{name: string, act: () => void}} [way] */
export function showAlert(sentence, way) {
  hideAlert();
  byId("alert-text").textContent = sentence;
  byId("retry").hidden = true;
  if (way) {
    const button = make("button", "button button-small", way.name);
    button.setAttribute("type", "button");
    button.id = "alert-way";
    button.addEventListener("click", () => {
      hideAlert();
      way.act();
    });
    byId("alert").append(button);
  }
  byId("alert").hidden = false;
}

export function hideAlert() {
  document.getElementById("alert-way")?.remove();
  byId("alert").hidden = true;
}
