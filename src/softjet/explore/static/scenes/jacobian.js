// The Jacobian: a picture, its two cases, its two matrices, and how one gets there.

import { bars } from "../bars.js";
import { control, ranges } from "../controls.js";
import { h, panel } from "../dom.js";
import { formula } from "../formula.js";
import { matrix } from "../matrix.js";
import { show } from "../numbers.js";
import { steps } from "../steps.js";

export function build(stage, page) {
  const parts = [picture(page), matrices(page), derivation(page)];
  return {
    elements: parts.map((part) => part.element),
    paint(payload) {
      for (const part of parts) part.paint(payload);
    },
  };
}

function picture(page) {
  const scores = bars({ label: "Logits over T; drag a bar", limits: [-5, 5], ticks: [-5, 0, 5], height: 170, drag: (k, value, done) => page.setEntry("logits", k, value === null ? null : value * page.state.temperature, done) });
  const sliders = ranges(page, "logits", { low: -5, high: 5, label: "Logit" });
  const shares = bars({ label: "Probabilities", limits: [0, 1], ticks: [0, 0.5, 1], digits: 3, height: 170 });
  const whole = matrix({ label: "Jacobian: row i is a probability, column k a logit", limit: 0.25, height: 340, select: (row, column) => page.set({ row, column }) });
  const cells = ["row", "column"].map((name) => control(page, name));
  const one = formula("The entry looked at, as its case has it");
  const which = h("p", { class: "case" });
  const left = h("div", {}, h("figure", {}, h("figcaption", { text: "Scores x / T: drag a bar" }), scores.element, sliders.element), h("figure", {}, h("figcaption", { text: "Probabilities y" }), shares.element));
  const right = h("figure", {}, h("figcaption", { text: "J: colours end at \u00b1\u00bc, the most an entry can be" }), whole.element, h("div", { class: "controls" }, ...cells.map((c) => c.element)), which, one.element);
  return {
    element: panel("What moves when one logit moves", "Row i, column k: the change of probability i for a unit of logit k. Click a cell.", h("div", { class: "halves" }, left, right)),
    paint({ state, numbers }) {
      const names = page.names();
      scores.paint(numbers.x, names);
      sliders.paint(state);
      shares.paint(numbers.y, names);
      whole.paint(numbers.J, names, { selected: [state.row, state.column], rowSums: numbers.row_sums, columnSums: numbers.column_sums });
      cells.forEach((c) => c.paint(state));
      one.paint(numbers.one, numbers);
      which.textContent = state.row === state.column ? "The case i = k: a class gains from its own logit." : "The case i \u2260 k: it loses to another\u2019s.";
    },
  };
}

function matrices(page) {
  const small = (label, limit) => matrix({ label, limit, height: 220, digits: 2 });
  const [diag, outer, whole] = [small("diag(y)", 1), small("y times its transpose", 1), small("J", 0.25)];
  const values = bars({ label: "Eigenvalues of J, ascending", limits: [0, 0.5], ticks: [0, 0.25, 0.5], digits: 3, height: 190, plain: true });
  const trace = h("span", {});
  const facts = h("dl", { class: "facts" }, h("dt", { text: "trace, their sum" }), h("dd", {}, trace));
  const figures = h(
    "div",
    { class: "thirds" },
    h("figure", {}, h("figcaption", { text: "diag(y): each by itself" }), diag.element),
    h("figure", {}, h("figcaption", { text: "\u2212 y y\u1d40: one denominator" }), outer.element),
    h("figure", {}, h("figcaption", { text: "= J" }), whole.element),
  );
  return {
    element: panel("Two matrices", "The two terms of the formula. The second has rank one, so K numbers describe all of J.", figures, h("div", { class: "halves" }, h("figure", {}, h("figcaption", { text: "Eigenvalues: the first is 0, for a shift changes nothing" }), values.element), facts)),
    paint({ numbers }) {
      const names = page.names();
      diag.paint(numbers.diag, names);
      outer.paint(numbers.outer, names);
      whole.paint(numbers.J, names);
      values.paint(numbers.eigenvalues, numbers.eigenvalues.map((_, n) => `\u03bb${n}`));
      show(trace, numbers.trace, 4);
    },
  };
}

const SEEDS_FROM = 16; // the step at which tangents come in, and the cotangents
const BARS_FROM = 19;

function derivation(page) {
  const stepper = steps(page, "step");
  const tangent = ranges(page, "tangent");
  const cotangent = ranges(page, "cotangent");
  return {
    element: panel("Step by step", "From the quotient rule to the pushforward and the pullback, with the numbers of the cell looked at.", ...stepper.elements, tangent.element, cotangent.element),
    paint(payload) {
      const { place } = payload.numbers.step;
      stepper.paint(payload);
      tangent.element.hidden = place < SEEDS_FROM || place >= BARS_FROM;
      cotangent.element.hidden = place < BARS_FROM;
      tangent.paint(payload.state);
      cotangent.paint(payload.state);
    },
  };
}
