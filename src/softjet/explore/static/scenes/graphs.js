// Graphs: against one logit, over two of them, and the Gaussians behind the softmax.

import { bars } from "../bars.js";
import { control, ranges } from "../controls.js";
import { h, panel } from "../dom.js";
import { clamp } from "../figure.js";
import { formula } from "../formula.js";
import { mesh } from "../mesh.js";
import { format, show } from "../numbers.js";
import { plot } from "../plot.js";

const REACH = 6; // of both graphs, each way

export function build(stage, page) {
  const parts = [curves(page), surfaces(page), gaussians(page)];
  return {
    elements: parts.map((part) => part.element),
    paint(payload) {
      for (const part of parts) part.paint(payload);
    },
  };
}

function colour(k) {
  return `--c${k % 8}`;
}

function captioned(text, ...inside) {
  return h("figure", {}, h("figcaption", { text }), ...inside);
}

function curves(page) {
  const scores = bars({ label: "Logits over T; drag a bar", limits: [-5, 5], ticks: [-5, 0, 5], height: 190, drag: (k, value, done) => page.setEntry("logits", k, value === null ? null : value * page.state.temperature, done) });
  const sliders = ranges(page, "logits", { low: -5, high: 5, label: "Logit" });
  const x = { limits: [-REACH, REACH], ticks: [[-6, "\u22126"], [-3, "\u22123"], [0, "0"], [3, "3"], [6, "6"]], title: "" };
  const drag = (value, done) => page.setEntry("logits", page.state.selected, value === null ? null : Math.round(value * page.state.temperature * 100) / 100, done);
  const shares = plot({ label: "Probabilities against the logit looked at; drag", height: 250, x, y: { limits: [0, 1], ticks: [[0, "0"], [0.5, "\u00bd"], [1, "1"]], title: "probability" }, drag });
  const slopes = plot({ label: "Their derivatives by that logit; drag", height: 250, x, y: { limits: [-0.25, 0.25], ticks: [[-0.25, "\u2212\u00bc"], [0, "0"], [0.25, "\u00bc"]], title: "derivative" }, drag });
  const selected = control(page, "selected");
  const written = formula("The probability of the class looked at as a sigmoid");
  const words = h("p", { class: "caption" });
  const [left, right] = [captioned("Probabilities", shares.element), captioned("How fast they move", slopes.element)];
  return {
    element: panel("Against one score", "The score of the class looked at runs along the axis; the others stay. Drag in either graph.", h("div", { class: "halves" }, captioned("Scores x / T: drag a bar", scores.element, sliders.element), h("div", {}, selected.element, words, written.element)), h("div", { class: "halves" }, left, right)),
    paint({ state, numbers }) {
      const names = page.names();
      const { curve, i } = numbers;
      scores.paint(numbers.x, names);
      sliders.paint(state);
      selected.paint(state);
      x.title = `score of ${page.name(i)}`;
      const lines = (rows) => rows.map((row, k) => ({ x: curve.x, y: row, k }));
      const points = (row) => row.map((value, k) => ({ x: numbers.x[i], y: value, k, value }));
      const half = Math.abs(numbers.half) <= REACH ? [{ x: numbers.half, text: "" }] : [];
      shares.paint({ lines: lines(curve.y), points: points(numbers.y), rules: half });
      slopes.paint({ lines: lines(curve.slope), points: points(numbers.by_i), rules: half });
      words.textContent = `The curve of ${page.name(i)} is a sigmoid. It passes one half where its score is ${format(numbers.half, 2)}, the logsumexp of all others: the dashed line.`;
      written.paint(numbers.as_sigmoid, numbers);
    },
  };
}

function surfaces(page) {
  const view = { turn: -0.6, lift: 0.45 };
  const over = (label, z, floor) => {
    const options = { label, height: 210, tall: 0.75, limits: { x: [-REACH, REACH], y: [-REACH, REACH], z }, floor, marks: [], view, knobs: false };
    return { options, drawn: mesh(options), text: h("figcaption", {}), value: h("b", {}) };
  };
  const shown = [over("The probability over two logits; arrow keys turn it", [0, 1], 0), over("Its derivative by the first logit; arrow keys turn it", [-0.25, 0.25], 0), over("Its derivative by the second logit; arrow keys turn it", [-0.25, 0.25], 0)];
  const figures = shown.map(({ drawn, text, value }) => h("figure", {}, text, value, drawn.element));
  const pair = ["selected", "other"].map((name) => control(page, name));
  const counts = [2, 3].map((K) => h("button", { type: "button", text: `${K} classes`, onclick: () => page.set({ logits: page.state.logits.slice(0, K) }) }));
  const controls = h("div", { class: "controls" }, ...pair.map((one) => one.element), h("div", {}, ...counts));
  return {
    element: panel("Over two scores", "Two scores run from \u22126 to 6, the others stay: with two classes a cliff, with three a corner. The line is the curve of the first graph, the dot is where you are. Drag to turn all three.", controls, h("div", { class: "thirds" }, ...figures), shown[0].drawn.knobs),
    paint({ state, numbers }) {
      const { i, j, curve, surface: { axis, ...heights } } = numbers;
      const [ni, nj] = [page.name(i), page.name(j)];
      pair.forEach((one) => one.paint(state));
      counts.forEach((button, n) => {
        button.hidden = page.frozen || state.logits.length <= n + 2;
      });
      const titles = [`Probability of ${ni}`, `Its derivative by the score of ${ni}`, `Its derivative by the score of ${nj}`];
      const along = [curve.y[i], curve.slope[i], null];
      const values = [numbers.y[i], numbers.by_i[i], numbers.by_j[i]];
      const at = [numbers.x[i], numbers.x[j]];
      const inside = at.every((v) => Math.abs(v) <= REACH);
      const z = [heights.y, heights.by_i, heights.by_j];
      const tints = [colour(i), colour(i), colour(j)];
      shown.forEach((one, n) => {
        one.text.textContent = titles[n];
        one.options.marks = [`score ${ni}`, `score ${nj}`];
        show(one.value, values[n], 4);
        const path = along[n] && Math.abs(at[1]) <= REACH ? [{ points: curve.x.map((v, m) => [v, at[1], along[n][m]]), colour: "--ink" }] : [];
        one.drawn.paint({ sheets: [{ x: axis, y: axis, z: z[n], colour: tints[n], k: n < 2 ? i : j }], paths: path, dots: inside ? [{ at: [...at, values[n]], colour: "--ink" }] : [] });
      });
    },
  };
}

function gaussians(page) {
  const options = { label: "Gaussian hills of the classes; arrow keys turn them", height: 330, limits: { x: [-7, 7], y: [-7, 7], z: [0, 1] }, marks: [], tall: 1.1, middle: 0.22, view: { turn: -0.6, lift: 0.6 } };
  const hills = mesh(options);
  const shape = ["spread", "correlation"].map((name) => control(page, name));
  const written = formula("The logit of the class looked at, from the means");
  const body = h("tbody", {});
  const heads = [["class"], ["prior"], ["mean", 2], ["W", 2], ["b"], ["logit W u + b"], ["its softmax"], ["by Bayes"], ["softmax of x"]];
  const head = ([text, colspan = null]) => h("th", { scope: colspan ? "colgroup" : "col", colspan, text });
  const whole = h("table", { class: "numbers" }, h("thead", {}, h("tr", {}, ...heads.map(head))), body);
  const apart = h("dd", {});
  const facts = h("dl", { class: "facts" }, h("dt", { text: "the three are apart by at most" }), apart);
  const words = h("p", { text: "Each class is a Gaussian in the plane of the two scores, u. All have one covariance. Move the two sliders: means and priors follow, the hills change, and W, the logits and the probabilities stay." });
  const side = h("div", {}, words, ...shape.map((one) => one.element), written.element, facts);
  return {
    element: panel("The hills behind it", "Where is a point most likely from? Divide each hill\u2019s height by the sum of all heights: that is this softmax.", h("div", { class: "halves" }, captioned("Prior times density, the largest of all classes; 1 is the top of one Gaussian", hills.element), side), h("div", { class: "scroll" }, whole)),
    paint({ state, numbers }) {
      shape.forEach((one) => one.paint(state));
      options.marks = [`score ${page.name(numbers.i)}`, `score ${page.name(numbers.j)}`];
      const { axis, height, class: classes } = numbers.hills;
      hills.paint({ sheets: [{ x: axis, y: axis, z: height, classes }], dots: [{ at: [...numbers.u.map((v) => clamp(v, -7, 7)), numbers.hills.here], colour: "--ink" }] });
      written.paint(numbers.linear, numbers);
      show(apart, numbers.apart, 4);
      body.replaceChildren(...numbers.y.map((_, k) => row(k, numbers)));
    },
  };

  function row(k, numbers) {
    const { prior, means, W, b, z, again, posterior, y } = numbers;
    const values = [prior[k], ...means[k], ...W[k], b[k], z[k], again[k], posterior[k], y[k]];
    const cells = values.map((value, n) => {
      const cell = h("td", {});
      show(cell, value, n > 5 ? 4 : 2);
      return cell;
    });
    return h("tr", { "data-class": k }, h("th", { scope: "row" }, h("span", { class: "chip", text: page.name(k) })), ...cells);
  }
}
