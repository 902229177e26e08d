// @ts-check
/** The page of a run: after a step or a tab was chosen, its panel is in sight also on a narrow screen. */

/** @param {any} event */
function onSettle({ detail }) {
  if (detail.requestConfig?.boosted) document.getElementById("step-panel")?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:afterSettle", onSettle);
