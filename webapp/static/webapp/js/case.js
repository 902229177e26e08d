// @ts-check
/** A behaviour case: words selected in the text become the next phrase. The form works without it. */

const text = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("id_text"));
const place = document.getElementById("phrase-labels");
const first = /** @type {HTMLSelectElement | null} */ (document.getElementById("id_label_0"));

/** What is selected in the text, or the word that the caret is in. */
function selected() {
  if (!text) return "";
  const { selectionStart, selectionEnd, value } = text;
  if (selectionStart !== selectionEnd) return value.slice(selectionStart, selectionEnd).trim();
  const before = value.slice(0, selectionStart).match(/[^\s.,;:()]*$/)?.[0] ?? "";
  const after = value.slice(selectionStart).match(/^[^\s.,;:()]*/)?.[0] ?? "";
  return before + after;
}

/** @param {string} label */
function take(label) {
  const words = selected();
  const fields = [...document.querySelectorAll("input[id^=id_words_]")].map((one) => /** @type {HTMLInputElement} */ (one));
  const empty = fields.find((field) => !field.value);
  if (!words || !empty) return;
  empty.value = words;
  const choice = /** @type {HTMLSelectElement} */ (document.getElementById(empty.id.replace("words", "label")));
  choice.value = label;
  text?.focus();
}

if (text && place && first) {
  for (const option of first.options) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small";
    button.textContent = option.text;
    // The text keeps its selection while the button is pressed.
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", () => take(option.value));
    place.append(button);
  }
  place.hidden = false;
  const help = document.getElementById("phrase-help");
  if (help) help.hidden = false;
}
