"use strict";

const PER_PAGE = 20;
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const head = read("head");
const training = read("training");
const rows = read("rows");
const byId = (id) => document.getElementById(id);
const isValues = head.kind === "regression";
const isSeveral = head.kind === "multiclass";

// Elements.
function element(tag, settings, ...children) {
  const made = document.createElement(tag);
  Object.assign(made, settings);
  made.append(...children.filter((child) => child !== null));
  return made;
}

function svgElement(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// A drawing is SVG of our own making; what cannot be drawn is text.
function drawing(made, name) {
  if (!made.startsWith("<svg")) {
    return element("p", { className: "words" }, made || "cannot be drawn");
  }
  const box = element("div", { className: "drawing" });
  box.innerHTML = made;
  box.firstChild.setAttribute("role", "img");
  box.firstChild.setAttribute("aria-label", name);
  return box;
}

const decimals = (number) =>
  number === null || number === undefined
    ? ""
    : isValues
      ? String(Number(number.toPrecision(4)))
      : number.toFixed(3);
const short = (number) => (number === null ? "" : String(Number(number.toPrecision(2))));

// Which atoms a prediction comes from.
// The largest contribution to a task, of all molecules, has the full colour; of
// probabilities, that to any task: what hardly matters to one is pale beside another.
const ofTasks = head.tasks.map((_, number) =>
  rows.reduce((most, row) =>
    row.a ? row.a.w[number].reduce((most, weight) => Math.max(most, Math.abs(weight)), most) : most,
  0));
const largest = isValues ? ofTasks : ofTasks.map(() => Math.max(...ofTasks));

function atoms(row, name) {
  const number = byId("atoms").value;
  if (number === "" || !row.a) return null;
  const explained = row.a;
  const task = head.tasks[number].name;
  const made = drawing(explained.d, `Atoms of ${name} that raise or lower ${task}`);
  made.querySelectorAll("ellipse").forEach((disc, at) => {
    const weight = explained.w[number][at];
    disc.setAttribute("fill", weight > 0 ? "#e69f00" : "#0072b2");
    disc.setAttribute("fill-opacity", largest[number] ? Math.abs(weight) / largest[number] : 0);
  });
  const output = explained.o[number] ? `class ${explained.o[number]} of ${task}` : task;
  const sum = explained.w[number].reduce((sum, weight) => sum + weight, 0);
  const check = explained.e[number] === null ? "" :
    `, ${short(explained.e[number])} times what all of them together add`;
  return element("div", { className: "atoms" }, made,
    element("p", {}, `Orange raises ${output}, blue lowers it; the full colour is ` +
      `${short(largest[number])}. Without any atom it would be ` +
      `${decimals(explained.m[number])}; the contributions add up to ${short(sum)}${check}.`));
}

// Bars.
// Of values, all that the page shows of a task is on one scale.
function scales() {
  return head.tasks.map((task, number) => {
    if (!isValues) return [0, 1];
    let [low, high] = task.range;
    for (const row of rows) {
      const shown = [...(row.v ? row.v[number] : []), ...(row.b ? row.b[number] : [])];
      for (const value of shown) {
        if (value === null) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    return high > low ? [low, high] : [low - 1, high + 1];
  });
}

const scale = scales();

function bar(number, value, spread, interval) {
  const [low, high] = scale[number];
  const at = (x) => Math.max(0, Math.min(100, (100 * (x - low)) / (high - low)));
  const made = svgElement("svg", {
    viewBox: "0 0 100 12", preserveAspectRatio: "none", "aria-hidden": "true",
  });
  const box = (kind, from, to) =>
    made.append(svgElement("rect", {
      class: kind, x: at(from), y: 1, width: Math.max(at(to) - at(from), 0), height: 10,
    }));
  const line = (kind, from, y1, to, y2) =>
    made.append(svgElement("line", { class: kind, x1: at(from), y1, x2: at(to), y2 }));
  box("ground", low, high);
  if (value === null) return made;
  if (!isValues) box("filled", 0, value);
  if (interval && interval[0] !== null) box("band", interval[0], interval[1]);
  if (isValues) line("threshold", value, 0, value, 12);
  if (spread !== null) line("spread", value - spread, 6, value + spread, 6);
  const threshold = head.tasks[number].threshold;
  if (typeof threshold === "number") line("threshold", threshold, 0, threshold, 12);
  return made;
}

// The table of a molecule: a line for each task, of several classes for each class.
function neighbourLabel(number, near) {
  const label = training[near[0]].labels[number];
  if (label === null) return element("td", { className: "label none" }, "·");
  const said = isValues ? decimals(label) : head.tasks[number].classes[label];
  return element("td", { className: "label" }, said ?? String(label));
}

function setOf(row, number) {
  if (!row.t) return "";
  const names = row.t[number].map((at) => head.tasks[number].classes[at]);
  return `{${names.join(" | ")}}`;
}

function backing(row, number, output) {
  if (isValues) {
    const bounds = row.b && row.b[number];
    if (!bounds) return element("td", { className: "set" });
    // Too few validation molecules say nothing of where the value is.
    return element("td", { className: "set" },
      bounds[0] === null ? "any value" : `${decimals(bounds[0])} to ${decimals(bounds[1])}`);
  }
  if (!row.p) return element("td", { className: "set" });
  const p = row.p[number];
  if (isSeveral) {
    const set = output === 0 ? setOf(row, number) : "";
    return element("td", { className: "set" }, set,
      element("small", {}, `p ${short(p[output])}`));
  }
  return element("td", { className: "set" }, setOf(row, number),
    element("small", {}, `p ${p.map(short).join(" / ")}`));
}

function valueCell(row, number, output) {
  const value = row.v[number][output];
  const said = row.k && !isSeveral && row.k[number] ? ` ${row.k[number]}` : "";
  return element("td", { className: "value" }, decimals(value),
    said ? element("small", {}, said) : null);
}

function taskRows(row, number) {
  const task = head.tasks[number];
  return row.v[number].map((value, output) => {
    const name = isSeveral
      ? (output ? "" : `${task.name}: `) + task.classes[output]
      : task.name;
    const isChosen = isSeveral && row.k[number] === task.classes[output];
    const cells = [
      element("th", { scope: "row" }, isChosen ? element("b", {}, `${name} ✓`) : name),
      element("td", { className: "bar" },
        bar(number, value, row.s[number][output], row.b && row.b[number])),
      valueCell(row, number, output),
      backing(row, number, output),
    ];
    const near = row.near || [];
    for (const each of near) {
      cells.push(output ? element("td", {}) : neighbourLabel(number, each));
    }
    return element("tr", {}, ...cells);
  });
}

function predictions(row, name) {
  if (!row.v) return null;
  const percent = `${Number((100 * head.confidence).toPrecision(6))}%`;
  const titles = ["Task", "Prediction", "", `${isValues ? "Interval" : "Set"} at ${percent}`];
  const header = element("tr", {},
    ...titles.map((title) =>
      title ? element("th", { scope: "col" }, title) : element("td", {})),
    ...(row.near || []).map((_, n) =>
      element("th", { className: "label", scope: "col", title: `Label of #${n + 1}` }, `#${n + 1}`)));
  const body = head.tasks.flatMap((_, number) => taskRows(row, number));
  const box = element("div", { className: "scroll", tabIndex: 0 },
    element("table", {}, element("thead", {}, header), element("tbody", {}, ...body)));
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", `Predictions of ${name}`);
  return box;
}

function neighbours(row) {
  if (!row.near) return null;
  const box = element("div", { className: "near" },
    element("h3", {}, "Nearest training molecules"));
  row.near.forEach(([at, similarity], n) => {
    const molecule = training[at];
    box.append(element("figure", {},
      drawing(molecule.d, `Structure of the training molecule ${molecule.id}`),
      element("figcaption", {}, `#${n + 1} ${molecule.id}, similarity ${short(similarity)}`)));
  });
  return box;
}

function domains(row) {
  if (row.sim === undefined) return null;
  const one = (inside, said) =>
    element("p", { className: "domain" },
      element("b", { className: inside ? "" : "out" }, inside ? "in" : "out"), ` ${said}`);
  return element("div", {},
    one(row.in, `domain by similarity: ${short(row.sim)}, from ${short(head.similarity)} on`),
    one(row.prop, `domain by properties: leverage ${short(row.lev)}, up to ${short(head.leverage)}`));
}

// What a row is called: its first column that is no SMILES.
function nameOf(row, number) {
  const named = row.c.findIndex((cell, at) => at !== head.smiles && cell);
  return `${number + 1}. ${named < 0 ? row.c[head.smiles] || "no SMILES" : row.c[named]}`;
}

function article(row) {
  const name = nameOf(row, row.n);
  const columns = element("dl", {});
  head.columns.forEach((column, at) => {
    if (at === head.smiles || !row.c[at]) return;
    columns.append(element("dt", {}, column), element("dd", {}, row.c[at]));
  });
  const left = element("div", { className: "of-molecule" },
    element("h2", {}, name),
    atoms(row, name) ?? drawing(row.d, `Structure of ${name}`),
    element("p", { className: "smiles" }, row.c[head.smiles]),
    domains(row), columns);
  const right = element("div", {},
    row.x ? element("p", { className: "problem" }, `No prediction: ${row.x}`) : null,
    predictions(row, name), neighbours(row));
  return element("article", {}, left, right);
}

// Sorting and filtering.
const keys = [["order of the table", (row) => row.n]];
head.tasks.forEach((task, number) => {
  const outputs = isSeveral ? task.classes : [""];
  outputs.forEach((output, at) => {
    const name = output ? `${task.name}: ${output}` : task.name;
    keys.push([name, (row) => (row.v ? row.v[number][at] : null)]);
  });
});
keys.push(["domains (how many hold it)", (row) =>
  row.sim === undefined ? null : row.in + row.prop]);
keys.push(["similarity to training molecules", (row) => row.sim ?? null]);
keys.push(["leverage", (row) => row.lev ?? null]);

const shows = {
  "": () => true,
  in: (row) => row.in === 1 && row.prop === 1,
  out: (row) => row.sim !== undefined && !(row.in && row.prop),
  problem: (row) => Boolean(row.x),
};

rows.forEach((row, number) => {
  row.n = number;
  const near = (row.near || []).map(([at]) => training[at].id);
  row.text = [...row.c, row.x || "", ...near].join("\n").toLowerCase();
});

let shown = rows;
let page = 0;

function select() {
  const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = shows[byId("domain").value];
  const [, value] = keys[byId("key").value];
  const sign = Number(byId("order").value);
  shown = rows
    .filter((row) => fits(row) && words.every((word) => row.text.includes(word)))
    .map((row) => [value(row), row])
    .sort(([a, one], [b, other]) => {
      // What has no value is last, whichever way the others are sorted.
      if (a === null || b === null) return (a === null) - (b === null) || one.n - other.n;
      return sign * (a - b) || one.n - other.n;
    })
    .map(([, row]) => row);
  show(0);
}

function show(number) {
  const last = Math.max(Math.ceil(shown.length / PER_PAGE) - 1, 0);
  page = Math.max(0, Math.min(last, number));
  const start = page * PER_PAGE;
  const some = shown.slice(start, start + PER_PAGE);
  byId("molecules").replaceChildren(...some.map(article));
  byId("number").value = page + 1;
  byId("number").max = last + 1;
  byId("pages").textContent = `of ${last + 1}`;
  byId("previous").disabled = page === 0;
  byId("next").disabled = page === last;
  const all = `${rows.length.toLocaleString("en")} molecules`;
  const of = shown.length === rows.length ? all : `${shown.length.toLocaleString("en")} of ${all}`;
  byId("count").textContent = some.length ? `${start + 1} to ${start + some.length} of ${of}` : `none of ${all}`;
}

function begin() {
  const molecules = `${rows.length.toLocaleString("en")} molecule${rows.length > 1 ? "s" : ""}`;
  const title = `${molecules}, predicted by the model of the run ${head.run}`;
  document.title = `${title}: toxtune`;
  document.querySelector("h1").textContent = title;
  const missing = rows.filter(shows.problem).length;
  byId("about").textContent = `${head.tasks.length} task${head.tasks.length > 1 ? "s" : ""}` +
    (missing ? `; ${missing.toLocaleString("en")} without a prediction.` : "; all have a prediction.");
  byId("reading").append(...reading().map((text) => element("p", {}, text)));
  byId("key").append(...keys.map(([name], value) => element("option", { value }, name)));
  byId("order").value = "1";
  if (head.held) {
    byId("colouring").hidden = false;
    byId("atoms").append(element("option", { value: "" }, "no task"),
      ...head.tasks.map((task, value) => element("option", { value }, task.name)));
    byId("atoms").value = "0";
    byId("atoms").addEventListener("change", () => show(page));
  }
  for (const id of ["domain", "order"]) byId(id).addEventListener("change", select);
  byId("key").addEventListener("change", () => {
    // The table from its beginning, a prediction from the highest.
    byId("order").value = byId("key").value === "0" ? "1" : "-1";
    select();
  });
  byId("filter").addEventListener("input", select);
  document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  const turn = (number) => { show(number); scrollTo(0, byId("molecules").offsetTop - 80); };
  byId("previous").addEventListener("click", () => turn(page - 1));
  byId("next").addEventListener("click", () => turn(page + 1));
  byId("number").addEventListener("change", () => turn((Number(byId("number").value) || 1) - 1));
  select();
  document.documentElement.dataset.drawn = "true";
}

function reading() {
  const promise = `as often as ${Number((100 * head.confidence).toPrecision(6))}% of molecules like those of the validation set`;
  const bars = isValues
    ? "The orange line is the predicted value, on a scale from the lowest to the highest that the training set or this page has. The light band is the interval that holds the true value "
    : `A bar is the probability, from 0 to 1${isSeveral ? "; ✓ is at the most probable class" : ", and the orange line the threshold of the class"}. The set holds the true class `;
  return [
    `${bars}${promise}. The black line is one standard deviation over the models: how much chance in training matters, not how wrong the prediction is.`,
    ...(isValues ? [] : ["A set of one class is an answer; a set of several says that the model cannot tell; an empty set, that the molecule is unlike both. p is the p-value of each class, in their order."]),
    "In the domain by similarity are molecules at least as similar to their nearest training molecule as all but the 5% least similar validation molecules; in the domain by properties, those whose weight, logP, polar surface and seven other properties are not more extreme than those of all but 5%.",
    ...(head.held ? [`An atom's colour is how much lower the prediction is when the atom is masked in the fingerprints of the molecule without its counterions${head.held.length ? `; what the features ${head.held.join(", ")} say shows on no atom` : ""}.`] : []),
    "#1 to #3 are the nearest training molecules; their columns have what was measured of them, a dot where nothing was.",
  ];
}

begin();
