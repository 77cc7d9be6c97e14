"use strict";
// Each figure is drawn from the text that its link offers for download.
const content = JSON.parse(document.getElementById("figures").textContent);
const MOST_ROWS = 500;
const views = [];

function rowsOf(name) {
  const address = document.querySelector(`#${name} a[download]`).getAttribute("href");
  const text = decodeURIComponent(address.slice(address.indexOf(",") + 1));
  const [names, ...lines] = text.trimEnd().split("\n").map((line) => line.split("\t"));
  // The name of a column may be a task's, with quotes in it.
  const header = names.map((name) => typed(name, "string"));
  const types = content.figures[name].types;
  return lines.map((cells) =>
    Object.fromEntries(cells.map((cell, column) => [header[column], typed(cell, types[header[column]])])),
  );
}

function typed(cell, type) {
  if (cell === "") return null;
  if (type === "number") return Number(cell);
  // Quotes double where a cell is quoted for having one.
  return cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}

function element(tag, parent, text = "") {
  const child = parent.appendChild(document.createElement(tag));
  child.textContent = text;
  return child;
}

function placeOf(name, panel) {
  const holder = element("div", document.querySelector(`#${name} .panels`));
  if (panel.title) element("h4", holder, panel.title);
  const plot = element("div", holder);
  plot.className = "plot";
  return plot;
}

// All panels have their places before any is drawn: a drawing is as wide as its place is
// then, and a place alone in its row is wider than one beside others.
function layOut(name) {
  return content.figures[name].panels.map((panel) => placeOf(name, panel));
}

async function draw(name, plots) {
  const rows = rowsOf(name);
  const square = content.figures[name].square;
  for (const [number, panel] of content.figures[name].panels.entries()) {
    const plot = plots[number];
    const panelRows = panel.title ? rows.filter((row) => row.panel === panel.title) : rows;
    const spec = { ...panel.spec, datasets: { ...panel.spec.datasets, table: panelRows } };
    const drawn = await vegaEmbed(plot, spec, {
      mode: "vega-lite",
      renderer: "svg",
      actions: false,
      // The page of several splits has no molecules.
      tooltip: typeof tooltipOf === "function" ? tooltipOf(name) : true,
      config: { ...content.config, ...content.figures[name].config },
    });
    views.push([drawn.view, plot, square]);
    await fit(drawn.view, plot, square);
  }
}

function showTable(name, place) {
  const rows = rowsOf(name);
  const columns = Object.keys(content.figures[name].types);
  const table = element("table", place);
  const head = element("tr", element("thead", table));
  for (const column of columns) element("th", head, column).scope = "col";
  const body = element("tbody", table);
  for (const row of rows.slice(0, MOST_ROWS)) {
    const line = element("tr", body);
    for (const column of columns) element("td", line, row[column] ?? "");
  }
  if (rows.length > MOST_ROWS) {
    element("p", place, `The first ${MOST_ROWS} of ${rows.length} rows.`);
  }
}

// Draw a panel as wide as its place; what is left for a square one is its height, too.
async function fit(view, plot, square) {
  await view.width(plot.clientWidth).runAsync();
  if (square) await view.height(view.width()).runAsync();
}

// Paper is narrower than a screen: draw the figures again for it.
function refit() {
  return Promise.all(views.map(([view, plot, square]) => fit(view, plot, square))).then(() => {
    // The page of several splits has no table of trials.
    if (typeof markTrial === "function") markTrial();
  });
}
let later;
addEventListener("resize", () => {
  clearTimeout(later);
  later = setTimeout(refit, 200);
});
addEventListener("beforeprint", () => {
  document.body.classList.add("paper");
  refit();
});
addEventListener("afterprint", () => {
  document.body.classList.remove("paper");
  refit();
});

for (const name of Object.keys(content.figures)) {
  const details = document.querySelector(`#${name} .data details`);
  const fill = () => showTable(name, details.querySelector(".scroll"));
  details.addEventListener("toggle", fill, { once: true });
}

(async () => {
  const names = Object.keys(content.figures);
  const places = names.map(layOut);
  for (const [number, name] of names.entries()) await draw(name, places[number]);
  if (typeof unpacking !== "undefined") await unpacking;
  document.documentElement.dataset.drawn = "true";
})();
