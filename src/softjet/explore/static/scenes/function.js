// The function: drag the bars; temperature, shift, overflow, digits.

import { bars } from "../bars.js";
import { between, control, ranges } from "../controls.js";
import { h, panel } from "../dom.js";
import { clamp } from "../figure.js";
import { formula } from "../formula.js";
import { format, show, trimmed } from "../numbers.js";
import { plot } from "../plot.js";

const LOGITS = { low: -5, high: 5 };

export function build(stage, page) {
  const parts = [shares(page), temperature(page), aside(page), shift(page), digits(page)];
  return {
    elements: parts.map((part) => part.element),
    paint(payload) {
      for (const part of parts) part.paint(payload);
    },
  };
}

function shares(page) {
  const scores = bars({
    label: "Logits, one bar per class; drag them, or use the sliders below",
    limits: [LOGITS.low, LOGITS.high],
    ticks: [-5, 0, 5],
    drag: (k, value, done) => page.setEntry("logits", k, value, done),
  });
  const sliders = ranges(page, "logits", { ...LOGITS, label: "Logit" });
  const results = bars({ label: "Probabilities, one bar per class", limits: [0, 1], ticks: [0, 0.5, 1], digits: 3 });
  const selected = control(page, "selected");
  const worked = formula("The probability of the class looked at, with its numbers");
  const halves = h(
    "div",
    { class: "halves" },
    h("figure", {}, h("figcaption", { text: "Scores x: drag a bar" }), scores.element, sliders.element),
    h("figure", {}, h("figcaption", { text: "Probabilities y" }), results.element, selected.element, worked.element),
  );
  return {
    element: panel("Scores become shares", "Raise one score: its share grows, all others shrink, the sum stays 1.", halves),
    paint({ state, numbers }) {
      const names = page.names();
      scores.paint(numbers.x, names);
      results.paint(numbers.y, names);
      sliders.paint(state);
      selected.paint(state);
      worked.paint(numbers.formula, numbers);
    },
  };
}

const PHYSICS = [
  ["mean_energy", "mean energy \u27e8E\u27e9"],
  ["entropy", "entropy S, nats"],
  ["log_sum", "log Z"],
  ["partition", "partition function Z"],
  ["free_energy", "free energy F"],
];

function temperature(page) {
  const stops = page.schema.fields.temperature.stops;
  const ticks = [0.05, 0.2, 1, 5, 20].map((T) => [between(stops, T), trimmed(T)]);
  const x = { limits: [0, stops.length - 1], ticks, title: "temperature T" };
  const drag = (place, done) => page.set(place === null ? {} : { temperature: stops[Math.round(place)] }, { done });
  const curves = plot({ label: "Probabilities against temperature; drag to move the temperature", x, y: { limits: [0, 1], ticks: [[0, "0"], [0.5, "0.5"], [1, "1"]], title: "probability" }, drag });
  const spread = plot({ label: "Entropy against temperature, as a share of the most there can be", x, y: { limits: [0, 1], ticks: [[0, "0"], [1, "log K"]], title: "entropy S" }, drag });
  const slider = control(page, "temperature");
  const table = list(PHYSICS);
  const balance = formula("Free energy is mean energy less temperature times entropy");
  const halves = h("div", { class: "halves" }, h("figure", {}, curves.element), h("figure", {}, spread.element));
  return {
    element: panel(
      "Temperature, as in physics",
      "Call \u2212x the energy. Cold: everything in the lowest state. Hot: all states alike.",
      slider.element,
      halves,
      h("div", { class: "halves" }, table.element, balance.element),
    ),
    paint({ state, numbers }) {
      const { curve } = numbers;
      const places = curve.T.map((T, n) => n);
      const now = between(stops, state.temperature);
      slider.paint(state);
      curves.paint({
        lines: curve.y.map((y, k) => ({ x: places, y, k })),
        rules: [{ x: now, text: state.temperature }],
        points: numbers.y.map((y, k) => ({ x: now, y, k })),
      });
      spread.paint({
        lines: [{ x: places, y: curve.entropy_share, kind: "ink" }],
        rules: [{ x: now }],
        points: [{ x: now, y: numbers.entropy_share, kind: "ink" }],
      });
      table.paint(numbers);
      balance.paint(numbers.balance, numbers);
    },
  };
}

function list(rows) {
  const cells = rows.map(([name, text]) => ({ name, text, value: h("dd", {}) }));
  return {
    element: h("dl", { class: "facts" }, ...cells.flatMap(({ text, value }) => [h("dt", { text }), value])),
    paint(numbers) {
      for (const { name, value } of cells) show(value, numbers[name], 4);
    },
  };
}

function aside(page) {
  const slider = control(page, "aside");
  const hill = plot({
    label: "Entropy of distributions with the mean energy of the softmax",
    x: { limits: [-1, 1], ticks: [[-1, "\u2212"], [0, "softmax"], [1, "+"]], title: "other distributions with the same mean energy" },
    y: { limits: [0.7, 1.02], ticks: [[0.7, "70 %"], [0.8, "80 %"], [0.9, "90 %"], [1, "100 %"]], title: "entropy, of the softmax\u2019s" },
    drag: (place, done) => page.set(place === null ? {} : { aside: Math.round(place * 100) / 100 }, { done }),
  });
  const there = bars({ label: "Another distribution with the same mean energy; lines mark the softmax", limits: [0, 1], ticks: [0, 0.5, 1] });
  const said = h("p", { class: "caption" });
  const element = panel(
    "No other is as open",
    "Of all distributions with this mean energy, the softmax has the largest entropy.",
    slider.element,
    h("div", { class: "halves" }, h("figure", {}, hill.element), h("figure", {}, there.element)),
    said,
  );
  return {
    element,
    paint({ state, numbers }) {
      const { beside } = numbers;
      slider.paint(state);
      element.classList.toggle("absent", beside === null);
      if (beside === null) {
        said.textContent = "There is no room here: the mean energy fixes every probability.";
        return;
      }
      hill.paint({
        lines: [{ x: beside.step, y: beside.share, kind: "ink" }],
        rules: [{ x: 0 }],
        points: [{ x: state.aside, y: beside.p_share, kind: "ink", value: beside.p_entropy }],
      });
      there.paint(beside.p, page.names(), { marks: numbers.y });
      said.textContent = `Entropy ${format(beside.p_entropy, 4)} here, ${format(numbers.entropy, 4)} at the softmax; mean energy ${format(beside.p_mean_energy, 4)} in both.`;
    },
  };
}

function shift(page) {
  const controls = ["shift", "max_trick", "precision"].map((name) => control(page, name));
  const body = h("tbody", {});
  const said = h("p", { class: "caption", role: "status" });
  const heads = ["class", "x + shift", "e^\u2026, textbook", "y, textbook", "y, softjet"];
  const table = h("table", { class: "numbers" }, h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col", text })))), body);
  return {
    element: panel(
      "A shift changes nothing, until a machine does it",
      "Add the same to every logit. Then switch the max trick off.",
      h("div", { class: "controls" }, ...controls.map((c) => c.element)),
      h("div", { class: "scroll" }, table),
      said,
    ),
    paint({ state, numbers }) {
      controls.forEach((c) => c.paint(state));
      const { shifted, plain } = numbers;
      body.replaceChildren(
        ...shifted.x.map((x, k) =>
          h("tr", { "data-class": k }, h("th", { scope: "row" }, h("span", { class: "chip", text: page.name(k) })), cell(x, 2), cell(plain.weight[k], 4), cell(plain.y[k], 6), cell(shifted.y[k], 6)),
        ),
      );
      const lost = plain.y.some((v) => typeof v === "string");
      said.textContent = lost
        ? `The textbook formula overflows in ${state.precision}: infinity over infinity is not a number.`
        : `The shift moved no probability by more than ${format(shifted.change, 3)}: what is left is the rounding of x + shift.`;
    },
  };
}

function cell(value, digits) {
  const element = h("td", { class: typeof value === "string" ? "lost" : null });
  show(element, value, digits);
  return element;
}

const WAYS = ["ours", "safe", "plain"];

function digits(page) {
  const body = h("tbody", {});
  const heads = ["precision", "exact value", "softjet", "with max trick", "without"];
  const table = h("table", { class: "numbers" }, h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col", text })))), body);
  return {
    element: panel("How many digits are right", "The class looked at, in four precisions; below each value its error in units in the last place (ulp).", h("div", { class: "scroll" }, table)),
    paint({ numbers }) {
      body.replaceChildren(
        ...numbers.digits.map((row) =>
          h(
            "tr",
            {},
            h("th", { scope: "row", text: row.precision }),
            h("td", { class: "exact", text: row.exact || "the logits do not fit" }),
            ...WAYS.map((way) => judged(row[way])),
          ),
        ),
      );
    },
  };
}

function judged(found) {
  if (!found) return h("td", { text: "\u2013" });
  const value = h("span", { class: typeof found.y === "string" ? "lost" : null });
  show(value, found.y, 6);
  const error = h("small", {}, h("span", {}), " ulp");
  show(error.firstChild, found.ulps, 2);
  const bad = typeof found.ulps === "string" || clamp(found.ulps, 0, 3) === 3;
  return h("td", { class: bad ? "far" : null }, value, h("br"), error);
}
