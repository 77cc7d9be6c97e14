// Test molecules with a training molecule beside, and the switches of the map.
const molecules = JSON.parse(document.getElementById("molecules-data").textContent);
let drawings = {};

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}

// A drawing, or the words that stand for it.
function drawingOf(smiles, parent, name = smiles) {
  const place = element("div", parent);
  const drawing = drawings[name] ?? smiles;
  place.className = "drawing";
  if (drawing.startsWith("<svg")) {
    place.innerHTML = drawing;
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", `Structure: ${smiles}`);
  } else place.textContent = drawing;
  return place;
}

function sideOf(parent, words, molecule) {
  const side = element("div", parent);
  const who = element("p", side, words);
  who.className = "who";
  element("b", who, molecule.id);
  drawingOf(molecule.smiles, side, molecule.drawing);
  element("p", side, `measured: ${molecule.label}`);
  return side;
}

function sayPrediction(pair, side) {
  const line = element("p", side, "predicted: ");
  const said = element("span", line, pair.predicted);
  if (pair.probability === null) return;
  said.className = `said ${pair.wrong ? "wrong" : "right"}`;
  said.textContent += pair.wrong ? " (wrong)" : " (right)";
  element("p", side, `probability of ${pair.of}: ${pair.probability.toFixed(3)}`);
  const bar = element("span", side);
  bar.className = "sure";
  element("i", bar).style.width = `${100 * pair.probability}%`;
}

// Which atoms a prediction comes from: what the colours of the drawing say.
function sayAtoms(pair, card) {
  if (!pair.atoms || !(pair.test.drawing in drawings)) return;
  const what = pair.of ? `the probability of ${pair.of}` : "the predicted value";
  const line = element("p", card,
    `Atoms: orange raises ${what}, blue lowers it, full colour by ${pair.atoms.full}; ` +
    `it is ${pair.atoms.masked} with all atoms masked.` +
    (pair.atoms.refitted === undefined ? "" :
      " The colours are of the final model, trained again after the search: " +
      `in place of what is said above, it predicts ${pair.atoms.refitted}.`));
  line.className = "why";
}

function showPair(pair, list, withTask) {
  const card = element("li", list);
  if (withTask) element("p", card, molecules.tasks[pair.task]).className = "of-task";
  const sides = element("div", card);
  sides.className = "sides";
  sayPrediction(pair, sideOf(sides, "Test molecule", pair.test));
  element("p", sideOf(sides, "Training molecule", pair.train), `similarity: ${pair.similarity}`);
  sayAtoms(pair, card);
  if (pair.note) element("p", card, pair.note).className = "why";
}

// Those of a task by their rank in it, or those of all tasks by their rank over tasks.
function showPairs(figure) {
  const chosen = figure.querySelector("select")?.value ?? "";
  const place = chosen === "" ? "over" : "rank";
  const several = molecules.tasks.length > 1;
  for (const list of figure.querySelectorAll(".pairs")) {
    const pairs = molecules.pairs
      .filter((pair) => pair.kind === list.dataset.kind && pair[place] !== null)
      .filter((pair) => chosen === "" || pair.task === Number(chosen))
      .sort((one, other) => one[place] - other[place]);
    list.textContent = "";
    for (const pair of pairs.slice(0, molecules.most)) showPair(pair, list, several && chosen === "");
    if (!pairs.length) element("li", list, "None.").className = "none";
  }
}

// The molecule under the pointer; everything that is text is escaped.
function tooltipOf(name) {
  if (name !== "map") return true;
  return {
    formatTooltip: (value, escaped) => {
      const lines = ["molecule", "set", "shown"].filter((key) => value[key]);
      const drawing = drawings[value.smiles] ?? "";
      return (
        (drawing.startsWith("<svg") ? `<div class="drawing">${drawing}</div>` : `<p>${escaped(value.smiles)}</p>`) +
        lines.map((key) => `<div>${escaped(value[key])}</div>`).join("")
      );
    },
  };
}

function chooser(parent, words, options) {
  const label = element("label", parent, words);
  const select = element("select", label);
  for (const [value, text] of options) element("option", select, text).value = value;
  return select;
}

// What the points are coloured by: a signal of the drawing, and the words of the legend.
function addSwitches() {
  const figure = document.getElementById("map");
  if (!figure) return;
  const tasks = Object.keys(molecules.map.label);
  const line = document.createElement("p");
  line.className = "switches";
  figure.querySelector(".legend").before(line);
  const by = chooser(line, "Colour by: ", [["set", "set"], ["label", "label"], ["error", "error"]]);
  const task = chooser(line, "of task: ", tasks.map((name) => [name, name]));
  task.parentElement.hidden = tasks.length < 2;
  const change = () => {
    task.disabled = by.value === "set";
    const words = by.value === "label" ? molecules.map.label[task.value] : molecules.map[by.value];
    const legend = figure.querySelector(".legend");
    legend.textContent = "";
    for (const word of words) {
      const entry = element("span", legend);
      element("i", entry).style.background = molecules.map.colours[word];
      entry.append(word);
    }
    const drawn = views.find(([, plot]) => figure.contains(plot));
    drawn?.[0].signal("by", by.value).signal("task", task.value).runAsync();
  };
  for (const select of [by, task]) select.addEventListener("change", change);
  task.disabled = true;
}

addSwitches();
for (const figure of document.querySelectorAll(".pairs-figure")) {
  figure.querySelector("select")?.addEventListener("change", () => showPairs(figure));
}
const unpacking = unpacked(molecules.drawings)
  .then((content) => (drawings = content))
  // A browser of before 2023: the SMILES stand in place of the drawings.
  .catch(() => {})
  .then(() => document.querySelectorAll(".pairs-figure").forEach(showPairs));
