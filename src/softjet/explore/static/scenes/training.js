// Training: one row, the paths of sixty points, the digits.

import { bars } from "../bars.js";
import { control, ranges } from "../controls.js";
import { h, panel, s } from "../dom.js";
import { figure } from "../figure.js";
import { show } from "../numbers.js";
import { unpacked } from "../packed.js";
import { plot } from "../plot.js";
import { mesh } from "../mesh.js";
import { transport } from "../transport.js";
import { build as buildDigits } from "./digits.js";

const NAMES = { sgd: "SGD", momentum: "momentum", adam: "Adam" };
const CLASSES = ["class 0", "class 1", "class 2"];

export function build(stage, page) {
  const parts = [row(page), paths(page), law(page), ...buildDigits(page)];
  return {
    elements: parts.map((part) => part.element),
    paint(payload) {
      for (const part of parts) part.paint(payload);
    },
  };
}

function labelled(text, ...inside) {
  return h("figure", {}, h("figcaption", { text }), ...inside);
}

// A number for each optimiser; the chosen one stands out.
function each(title, digits) {
  const cells = Object.entries(NAMES).map(([name, text]) => ({ name, value: h("td", {}), line: h("tr", { "data-optimiser": name }, h("th", { scope: "row", text })) }));
  for (const { line, value } of cells) line.append(value);
  const head = h("thead", {}, h("tr", {}, h("th", { scope: "col", text: "" }), h("th", { scope: "col", text: title })));
  return {
    element: h("table", { class: "numbers" }, head, h("tbody", {}, ...cells.map((c) => c.line))),
    paint(numbers, chosen) {
      for (const { name, value, line } of cells) {
        show(value, numbers[name], digits);
        line.classList.toggle("present", name === chosen);
      }
    },
  };
}

function row(page) {
  const scores = bars({ label: "Logits x / T of one row at the start; drag a bar", limits: [-5, 5], ticks: [-5, 0, 5], height: 190, drag: (k, value, done) => page.setEntry("logits", k, value === null ? null : value * page.state.temperature, done) });
  const after = bars({ label: "The logits after the updates; lines mark the start", limits: [-10, 10], ticks: [-10, 0, 10], height: 190 });
  const sliders = ranges(page, "logits", { low: -5, high: 5, label: "Logit" });
  const controls = ["target", "optimiser"].map((name) => control(page, name));
  const steps = transport(page, "row_update", "the row");
  const sum = h("dd", {});
  const [sums, losses] = [each("sum of the logits", 6), each("loss, nats", 4)];
  return {
    element: panel(
      "One row",
      "The logits are the weights here. SGD lifts the label and lowers the others by as much in sum; Adam moves each by about the same.",
      h("div", { class: "controls" }, ...controls.map((c) => c.element)),
      steps.element,
      h("div", { class: "halves" }, labelled("The start: drag a bar", scores.element, sliders.element), labelled("After the updates; lines mark the start", after.element)),
      h("dl", { class: "facts" }, h("dt", { text: "sum of the logits at the start" }), sum),
      h("div", { class: "halves" }, h("div", { class: "scroll" }, sums.element), h("div", { class: "scroll" }, losses.element)),
    ),
    paint({ state, numbers }) {
      const names = page.names();
      controls.forEach((c) => c.paint(state));
      steps.paint(state);
      scores.paint(numbers.x, names);
      sliders.paint(state);
      after.paint(numbers.after, names, { marks: numbers.x });
      show(sum, numbers.start, 6);
      sums.paint(numbers.sums, state.optimiser);
      losses.paint(numbers.losses, state.optimiser);
    },
  };
}

const REACH = 12; // of the drawings, in nats

// The hexagon of the plane of sum 0 inside the box, and its three diagonals.
function hexagon() {
  const r = REACH;
  const corners = [[r, -r, 0], [r, 0, -r], [0, r, -r], [-r, r, 0], [-r, 0, r], [0, -r, r]];
  const colour = "--soft";
  const rim = { points: [...corners, corners[0]], colour, width: 1.3 };
  return [rim, ...[0, 1, 2].map((n) => ({ points: [corners[n], corners[n + 3]], colour, width: 0.6 }))];
}

const PLANE = hexagon();

function paths(page) {
  let shown = null;
  const optimiser = control(page, "optimiser");
  const steps = transport(page, "update", "the network");
  const side = [-REACH, REACH];
  // Nearly along the plane of sum 0, so that what leaves it is seen to.
  const space = mesh({ tall: 1, reach: 1.75, label: "Paths of logits in space; the hexagon is the plane of sum 0", height: 400, limits: { x: side, y: side, z: side }, marks: ["x0", "x1", "x2"], view: { turn: -0.5, lift: 0.42 } });
  const draw = (what, rim) => (width, height) => (shown ? [...rim(width, height), ...shown[what].flatMap((path, n) => trail(path, n, framed(what, width, height)))] : []);
  const plane = figure({ height: 310, label: "The same paths seen along (1, 1, 1)", draw: draw("plane", rays) });
  const simplex = figure({ height: 310, label: "The paths of the probabilities, in the simplex", draw: draw("simplex", triangle) });

  function framed(what, width, height) {
    const size = Math.min(width, height);
    const unit = what === "plane" ? size / 35 : size / 1.75;
    const middle = what === "plane" ? 0 : 0.2;
    return ([a, b]) => [width / 2 + a * unit, height / 2 - (b - middle) * unit];
  }

  function rays(width, height) {
    const to = framed("plane", width, height);
    return shown.corners.map(([a, b], k) => {
      const [[x0, y0], [x, y]] = [to([0, 0]), to([a * 15.5, b * 15.5])];
      return s("g", { "data-class": k }, s("line", { x1: x0, y1: y0, x2: x, y2: y, class: "ray thin" }), s("text", { x, y: y + (b > 0 ? -5 : 15), class: "name middle", text: CLASSES[k] }));
    });
  }

  function triangle(width, height) {
    const to = framed("simplex", width, height);
    const corners = shown.corners.map(to);
    return [
      s("polygon", { points: corners.map((c) => c.join(",")).join(" "), class: "triangle" }),
      ...corners.map(([x, y], k) => s("g", { "data-class": k }, s("text", { x, y: k === 2 ? y - 9 : y + 17, class: "name middle", text: CLASSES[k] }))),
    ];
  }

  function trail(path, n, to) {
    const k = Number(shown.labels[n]);
    const places = path.map(to);
    const [x, y] = places[places.length - 1];
    const d = places.map((p, m) => `${m ? "L" : "M"}${p[0].toFixed(1)} ${p[1].toFixed(1)}`).join("");
    return [s("path", { d, class: "line trail", "data-class": k }), s("circle", { cx: x, cy: y, r: 3, class: "point", "data-class": k })];
  }

  return {
    element: panel(
      "Sixty points, three classes",
      "A small network learns two blobs and a shell around them. Each path is the logit vector of one point, in the colour of its label.",
      optimiser.element,
      steps.element,
      labelled("Logits in space: turn it", space.element),
      h("div", { class: "halves" }, labelled("The same, seen along (1, 1, 1)", plane.element), labelled("Their probabilities", simplex.element)),
    ),
    paint({ state, numbers }) {
      const found = numbers.paths;
      optimiser.paint(state);
      steps.paint(state);
      // Three pictures of thousands of strokes: drawn when they have changed.
      if (found.space.data === shown?.data) return;
      shown = { data: found.space.data, labels: found.labels, corners: found.corners, plane: unpacked(found.plane), simplex: unpacked(found.simplex) };
      const lines = unpacked(found.space).map((points, n) => ({ points, colour: `--c${found.labels[n]}`, width: 1 }));
      const dots = lines.map(({ points, colour }) => ({ at: points[points.length - 1], colour, size: 3 }));
      space.paint({ sheets: [], paths: [...PLANE, ...lines], dots });
      plane.redraw();
      simplex.redraw();
    },
  };
}

function law(page) {
  const last = page.schema.fields.update.high;
  const x = { limits: [0, last], ticks: [0, last / 3, (2 * last) / 3, last].map((v) => [v, String(v)]), title: "updates" };
  const drag = (place, done) => page.set(place === null ? {} : { update: Math.round(place) }, { done });
  const away = plot({ label: "How far the logits are from the plane of sum 0, in powers of ten; drag to move the update", x, y: { limits: [-18, 2], ticks: [[-18, "0"], [-12, "10\u207b\u00b9\u00b2"], [-6, "10\u207b\u2076"], [0, "1"]], title: "largest |x\u2080 + x\u2081 + x\u2082|" }, drag });
  const losses = plot({ label: "Mean loss of the sixty points; drag to move the update", x, y: { limits: [0, 1.2], ticks: [[0, "0"], [0.6, "0.6"], [1.2, "1.2"]], title: "mean loss, nats" }, drag });
  const slider = control(page, "update");
  const [off, loss] = [each("largest |x\u2080 + x\u2081 + x\u2082|", 3), each("mean loss, nats", 4)];
  return {
    element: panel(
      "The law",
      "Every gradient sums to 0 over the classes. What adds multiples of gradients stays in the plane, but for rounding; Adam leaves it at once.",
      h("p", { class: "key" }, ...Object.entries(NAMES).map(([name, text]) => h("span", { class: `line-key ${name}`, text }))),
      h("div", { class: "halves" }, labelled("", away.element), labelled("", losses.element)),
      slider.element,
      h("div", { class: "halves" }, h("div", { class: "scroll" }, off.element), h("div", { class: "scroll" }, loss.element)),
    ),
    paint({ state, numbers }) {
      const { law: curves, off_planes, losses: now } = numbers.paths;
      const lines = (of) => Object.keys(NAMES).map((name) => ({ x: curves.update, y: of[name], kind: `${name}${name === state.optimiser ? " chosen-line" : ""}` }));
      const rules = [{ x: state.update, text: state.update }];
      slider.paint(state);
      away.paint({ lines: lines(curves.off_plane), rules });
      losses.paint({ lines: lines(curves.loss), rules });
      off.paint(off_planes, state.optimiser);
      loss.paint(now, state.optimiser);
    },
  };
}
