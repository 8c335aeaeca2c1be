// Cross-entropy: the loss, the cancellation, the alternatives, where gradients die.

import { bars } from "../bars.js";
import { control, ranges } from "../controls.js";
import { h, panel } from "../dom.js";
import { show } from "../numbers.js";
import { plot } from "../plot.js";
import { steps } from "../steps.js";
import { mesh } from "../mesh.js";

export function build(stage, page) {
  const parts = [chain(page), derivation(page), margins(page), bowl(page), compare(page), digits(page)];
  return {
    elements: parts.map((part) => part.element),
    paint(payload) {
      for (const part of parts) part.paint(payload);
    },
  };
}

function chain(page) {
  const scores = bars({ label: "Logits over T; drag a bar", limits: [-5, 5], ticks: [-5, 0, 5], height: 190, drag: (k, value, done) => page.setEntry("logits", k, value === null ? null : value * page.state.temperature, done) });
  const shares = bars({ label: "Probabilities; lines mark the targets", limits: [0, 1], ticks: [0, 0.5, 1], digits: 3, height: 190 });
  const outer = bars({ label: "Derivative of the loss by each probability", limits: [-12, 12], ticks: [-12, 0, 12], height: 190 });
  const gradient = bars({ label: "Gradient of the loss by each logit", limits: [-1, 1], ticks: [-1, 0, 1], digits: 3, height: 190 });
  const sliders = ranges(page, "logits", { low: -5, high: 5, label: "Logit" });
  const controls = ["target", "smoothing"].map((name) => control(page, name));
  const loss = h("dd", {});
  const figure = (text, ...inside) => h("figure", {}, h("figcaption", { text }), ...inside);
  return {
    element: panel(
      "What was said, less what is so",
      "Choose the label. The loss is the surprise at it; its gradient is y \u2212 t.",
      h("div", { class: "controls" }, ...controls.map((c) => c.element), h("dl", { class: "facts" }, h("dt", { text: "loss L, nats" }), loss)),
      h("div", { class: "halves" }, figure("Scores x / T: drag a bar", scores.element, sliders.element), figure("Probabilities y; lines mark the targets t", shares.element)),
      h("div", { class: "halves" }, figure("\u2202L/\u2202x = y \u2212 t: calm", gradient.element), figure("\u2202L/\u2202y = \u2212t / y: it explodes", outer.element)),
    ),
    paint({ state, numbers }) {
      const names = page.names();
      controls.forEach((c) => c.paint(state));
      scores.paint(numbers.x, names);
      sliders.paint(state);
      shares.paint(numbers.y, names, { marks: numbers.t });
      outer.paint(numbers.by_y, names);
      gradient.paint(numbers.grad, names);
      show(loss, numbers.L, 5);
    },
  };
}

function derivation(page) {
  const selected = control(page, "selected");
  const stepper = steps(page, "loss_step");
  return {
    element: panel("Log cancels exp", "The sum over all paths, split by the two cases of the Jacobian and joined again.", selected.element, ...stepper.elements),
    paint(payload) {
      selected.paint(payload.state);
      stepper.paint(payload);
    },
  };
}

function margins(page) {
  const x = { limits: [-10, 10], ticks: [[-10, "\u221210"], [-5, "\u22125"], [0, "0"], [5, "5"], [10, "10"]], title: "margin: the label\u2019s logit less the best other" };
  const drag = (margin, done) => {
    if (margin === null) return page.set({ logits: page.state.logits });
    const { target, temperature, logits } = page.state;
    const best = Math.max(...logits.filter((_, k) => k !== target));
    return page.setEntry("logits", target, Math.round((best + margin * temperature) * 100) / 100, done);
  };
  const losses = plot({ label: "Log loss and squared error against the margin; drag", x, y: { limits: [0, 12], ticks: [[0, "0"], [6, "6"], [12, "12"]], title: "loss" }, drag });
  const gradients = plot({ label: "Pull on the label's logit, by both losses; drag", x, y: { limits: [0, 1], ticks: [[0, "0"], [0.5, "0.5"], [1, "1"]], title: "pull on the label\u2019s logit" }, drag });
  const sliders = ranges(page, "logits", { low: -10, high: 10, label: "Logit" });
  const key = h("p", { class: "key" }, h("span", { class: "line-key solid", text: "log loss" }), h("span", { class: "line-key dashed", text: "squared error" }));
  return {
    element: panel("Where gradients die", "On the left the model is wrong and sure of it. Log loss pulls with all its strength; squared error has let go.", key, h("div", { class: "halves" }, losses.element, gradients.element), sliders.element),
    paint({ state, numbers }) {
      const { curve, margin } = numbers;
      const lines = (log, squared) => [
        { x: curve.margin, y: curve[log], kind: "ink" },
        { x: curve.margin, y: curve[squared], kind: "faint" },
      ];
      losses.paint({ lines: lines("log_loss", "squared"), rules: [{ x: Math.min(Math.max(margin, -10), 10) }], points: [{ x: margin, y: numbers.L, kind: "ink", value: numbers.L }] });
      gradients.paint({ lines: lines("log_grad", "squared_grad"), rules: [{ x: Math.min(Math.max(margin, -10), 10) }], points: [{ x: margin, y: -numbers.grad[state.target], kind: "ink" }] });
      sliders.paint(state);
    },
  };
}

const BOWL = 5; // logits each way; the loss over them stays below MOST
const MOST = 10;

function bowl(page) {
  const drawn = mesh({ label: "The loss over two logits: a bowl without a bottom", height: 340, limits: { x: [-BOWL, BOWL], y: [-BOWL, BOWL], z: [0, MOST] }, marks: ["label", "other", "loss"] });
  const said = h("p", { class: "caption" });
  return {
    element: panel("Convex", "The loss over two logits, the others as they are. It has no hills: downhill is always right. Turn it.", drawn.element, said),
    paint({ state, numbers }) {
      const { axis, loss, other } = numbers.bowl;
      const inside = (v) => Math.min(Math.max(v, -BOWL), BOWL);
      const here = [inside(numbers.x[state.target]), inside(numbers.x[other]), Math.min(numbers.L, MOST)];
      drawn.paint({ sheets: [{ x: axis, y: axis, z: loss, colour: "--accent", opacity: 0.9 }], dots: [{ at: here, colour: "--ink", size: 5.5 }] });
      said.textContent = `Label: class ${page.name(state.target)}. The other: class ${page.name(other)}. The dot is the present row.`;
    },
  };
}

const COLUMNS = [["y", 4], ["log_loss", 4], ["log_grad", 4], ["squared", 4], ["squared_grad", 4]];

// A loss that is left, and no gradient that could take it away.
function stuck(row, loss) {
  const [value, gradient] = loss === "log" ? [row.log_loss, row.log_grad] : [row.squared, row.squared_grad];
  return value !== 0 && (gradient === 0 || typeof gradient === "string");
}

function compare(page) {
  const body = h("tbody", {});
  const heads = ["scores to shares", "y at the label", "log loss", "its gradient", "squared error", "its gradient"];
  const table = h("table", { class: "numbers" }, h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col", text })))), body);
  const said = h("p", { class: "caption" });
  return {
    element: panel("Why softmax is loved", "The same scores by other functions. Gradients are those at the label\u2019s logit.", h("div", { class: "scroll" }, table), said),
    paint({ numbers }) {
      body.replaceChildren(...numbers.compare.map(row));
      const dead = numbers.compare.filter((r) => stuck(r, "log"));
      said.textContent = dead.length ? `No gradient to learn from, or none that is a number: ${dead.map((r) => r.name).join(", ")}.` : "Here all of them still learn. Make the label unlikely, and look again.";
    },
  };

  function row(found) {
    const cells = COLUMNS.map(([name, digits_]) => {
      const dead = name.endsWith("_grad") && stuck(found, name.split("_")[0]);
      const element = h("td", { class: dead ? "lost" : null });
      show(element, found[name], digits_);
      return element;
    });
    return h("tr", {}, h("th", { scope: "row", text: found.name }), ...cells);
  }
}

function digits() {
  const body = h("tbody", {});
  const heads = ["margin", "softjet", "y \u2212 1"];
  const table = h("table", { class: "numbers" }, h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col", text })))), body);
  return {
    element: panel("A sure model still learns", "The gradient at the label in float32, as the margin grows: a small number, not 0.", h("div", { class: "scroll" }, table)),
    paint({ numbers }) {
      body.replaceChildren(
        ...numbers.digits.map((found) => {
          const [ours, textbook] = [h("td", {}), h("td", { class: found.textbook === 0 ? "lost" : null })];
          show(ours, found.ours, 4);
          show(textbook, found.textbook, 4);
          return h("tr", {}, h("th", { scope: "row", text: String(found.margin) }), ours, textbook);
        }),
      );
    },
  };
}
