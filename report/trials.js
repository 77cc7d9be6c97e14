// The table of all trials: sorted by a click on a column, filtered by words, and marking
// the trial that is clicked in every figure.
const trials = JSON.parse(document.getElementById("trials-data").textContent);
const MOST_TRIALS = 200;
const shown = { column: 0, falling: false, words: "", chosen: null };

function compared(a, b) {
  const [x, y] = [a[shown.column], b[shown.column]];
  // What is empty stands last, whichever way the others are sorted.
  if (x === "" || y === "") return (x === "") - (y === "");
  const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
  return shown.falling ? -order : order;
}

function found() {
  const words = shown.words.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (row) => row.map((cell, column) => `${trials.columns[column]}=${cell}`).join(" ").toLowerCase();
  return trials.rows.filter((row) => words.every((word) => text(row).includes(word))).sort(compared);
}

// Scores of one column have equally many digits, so that they can be compared at a glance.
function written(cell, column) {
  const decimals = trials.decimals[column];
  return typeof cell === "number" && decimals !== null ? cell.toFixed(decimals) : cell;
}

function choose(trial) {
  shown.chosen = shown.chosen === trial ? null : trial;
  fill();
  markTrial();
}

// Vega keeps the row that a mark is drawn from with the mark.
function markTrial() {
  for (const mark of document.querySelectorAll(".plot svg path, .plot svg line")) {
    const datum = mark.__data__?.datum;
    mark.classList.toggle("chosen", shown.chosen !== null && datum?.trial === shown.chosen);
  }
}

function fill() {
  const body = document.querySelector("#all-trials tbody");
  body.replaceChildren();
  const rows = found();
  for (const row of rows.slice(0, MOST_TRIALS)) {
    const line = element("tr", body);
    const trial = row[trials.trial];
    line.classList.toggle("chosen-row", trial === shown.chosen);
    line.addEventListener("click", () => choose(trial));
    for (const [column, cell] of row.entries()) {
      const place = element("td", line, column === trials.trial ? "" : written(cell, column));
      if (typeof cell === "number") place.className = "number";
      if (column !== trials.trial) continue;
      const button = element("button", place, cell);
      button.setAttribute("aria-pressed", String(trial === shown.chosen));
    }
  }
  const count = document.querySelector("#all-trials .count");
  const more = rows.length > MOST_TRIALS ? `, the first ${MOST_TRIALS} shown` : "";
  count.textContent = `${rows.length} of ${trials.rows.length} trials${more}`;
}

function sortBy(column) {
  shown.falling = shown.column === column ? !shown.falling : false;
  shown.column = column;
  for (const [number, cell] of document.querySelectorAll("#all-trials th").entries()) {
    const order = shown.falling ? "descending" : "ascending";
    cell.setAttribute("aria-sort", number === column ? order : "none");
  }
  fill();
}

{
  const head = document.querySelector("#all-trials thead tr");
  for (const [number, name] of trials.columns.entries()) {
    const cell = element("th", head);
    cell.scope = "col";
    element("button", cell, name).addEventListener("click", () => sortBy(number));
  }
  document.querySelector("#all-trials input").addEventListener("input", (event) => {
    shown.words = event.target.value;
    fill();
  });
  fill();
}
