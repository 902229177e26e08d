/** What stands around the annotator on the bench: hooks that write down their calls. */
import { Annotator } from "/static/webapp/js/annotator.js";

const HOOKS = ["changed", "submit", "skip", "flag", "comment", "back", "forward", "keys"];

window.calls = [];
window.build = (data) => {
  const hooks = HOOKS.map((hook) => [hook, (...given) => void window.calls.push({ hook, given })]);
  window.annotator = new Annotator(data, Object.fromEntries(hooks));
};
window.build(JSON.parse(document.getElementById("note-data").textContent));
document.getElementById("annotator").dataset.ready = "yes";
