// @ts-check
/** The page of a run: after a step or a tab was chosen, its panel is in sight also on a narrow screen. */

/** @param {any} event */
function onSettle({ detail }) {
  if (!detail.requestConfig?.boosted) return;
  const panel = document.getElementById("step-panel");
  const top = panel?.getBoundingClientRect().top ?? 0;
  if (top < 0 || top > innerHeight / 2) panel?.scrollIntoView({ block: "start" });
}

document.addEventListener("htmx:afterSettle", onSettle);
