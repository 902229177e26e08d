// @ts-check
/**
 * Draws the figures of a page with Plotly, whose script is on the page too, in the page's own colours and type.
 * The tables below the figures hold the same numbers; without this script they are simply open.
 */

/** @typedef {{ data: any[], layout: Record<string, any> }} Figure */

const HUES = ["--label-1", "--label-0", "--label-3", "--label-2", "--label-4", "--label-5"];
const OPTIONS = { displayModeBar: false, responsive: true };

/** @param {string} name */
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The page's look as the defaults of every figure. */
function look() {
  const axis = { gridcolor: token("--line"), linecolor: token("--line-strong"), zeroline: false, automargin: true, ticklabelstandoff: 6 };
  return {
    layout: {
      colorway: HUES.map(token),
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: token("--text") },
      hoverlabel: { bgcolor: token("--surface"), bordercolor: token("--line-strong"), font: { color: token("--text") } },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", traceorder: "normal" },
      margin: { l: 48, r: 12, t: 8, b: 40 },
      xaxis: axis,
      yaxis: axis,
    },
  };
}

/**
 * A band and its line are one thing: the line's colour, and a tint of it behind.
 * @param {any[]} data
 */
function inOneColour(data) {
  if (!data.some((trace) => trace.fill)) return data;
  const color = token(HUES[0]);
  const fillcolor = token(`${HUES[0]}-soft`);
  return data.map((trace) => ({ ...trace, fillcolor, line: { ...trace.line, color }, marker: { color } }));
}

/**
 * Cells from quiet over the warning, a third of the way, to the gravest, in the colours that levels have.
 * @param {any[]} data
 */
function inLevels(data) {
  const stops = ["--surface-2", "--warn-soft", "--warn", "--bad"].map(token);
  const colorscale = stops.map((color, place) => [place / (stops.length - 1), color]);
  return data.map((trace) => (trace.type === "heatmap" ? { ...trace, colorscale } : trace));
}

/** @param {HTMLElement} place */
function draw(place) {
  const source = document.getElementById(place.dataset.figure ?? "");
  /** @type {Figure} */
  const figure = JSON.parse(source?.textContent ?? "null");
  place.hidden = false;
  // When the window is resized Plotly forgets the figure's own height and takes the place's.
  if (figure.layout.height) place.style.height = `${figure.layout.height}px`;
  const showlegend = figure.data.length > 1;
  const layout = { ...figure.layout, showlegend, dragmode: false, template: look() };
  // @ts-ignore Plotly is a script of its own.
  return window.Plotly.react(place, inLevels(inOneColour(figure.data)), layout, OPTIONS);
}

/** @returns {HTMLElement[]} */
const places = () => [...document.querySelectorAll("[data-figure]")].filter((place) => place instanceof HTMLElement);

/** @param {HTMLElement[]} shown */
async function drawAll(shown) {
  for (const place of shown) await draw(place);
}

/** Those that are not drawn yet: all of a new page, or the ones of a part that was fetched later. */
function begin() {
  const fresh = places().filter((place) => place.hidden);
  for (const place of fresh) {
    const table = place.parentElement?.querySelector("details");
    if (table) table.open = false;
  }
  drawAll(fresh);
}

begin();
document.addEventListener("htmx:afterSettle", begin);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll(places()));
