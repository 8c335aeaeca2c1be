// Softmax regression on handwritten digits: weights as images, confusions, every example.

import { bars } from "../bars.js";
import { control } from "../controls.js";
import { h, panel, s } from "../dom.js";
import { clamp, figure, scale } from "../figure.js";
import { matrix } from "../matrix.js";
import { show } from "../numbers.js";
import { unpacked } from "../packed.js";
import { plot } from "../plot.js";
import { transport } from "../transport.js";

const SIDE = 8; // pixels of an image
const NAMES = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

export function build(page) {
  return [learning(page), hesitation(page), examples(page)];
}

function labelled(text, ...inside) {
  return h("figure", {}, h("figcaption", { text }), ...inside);
}

// An image of 8 by 8: a square for each pixel, made once and recoloured.
function image(label) {
  const cells = [];
  for (let n = 0; n < SIDE * SIDE; n += 1) cells.push(s("rect", { x: n % SIDE, y: Math.floor(n / SIDE), width: 1, height: 1 }));
  const svg = s("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, class: "pixels", role: "img", "aria-label": label }, ...cells);
  return {
    svg,
    paint(values, limit, signed) {
      values.forEach((value, n) => {
        cells[n].setAttribute("class", !signed ? "ink" : value < 0 ? "minus" : "plus");
        cells[n].setAttribute("fill-opacity", clamp(Math.abs(value) / limit, 0, 1).toFixed(3));
      });
    },
  };
}

function learning(page) {
  const optimiser = control(page, "optimiser");
  const steps = transport(page, "digit_update", "the digits");
  const images = NAMES.map((name) => image(`Weights of digit ${name}: blue speaks for it, orange against it`));
  const shelf = h("div", { class: "shelf" }, ...images.map((one, k) => labelled(NAMES[k], one.svg)));
  const last = page.schema.fields.digit_update.high;
  let drawn = "";
  const losses = plot({
    label: "Loss on the digits learnt from, and on those kept back; drag to move the update",
    x: { limits: [0, last], ticks: [0, last / 3, (2 * last) / 3, last].map((v) => [v, String(v)]), title: "updates" },
    y: { limits: [0, 2.5], ticks: [[0, "0"], [1, "1"], [2.303, "log 10"]], title: "mean loss, nats" },
    height: 230,
    drag: (place, done) => page.set(place === null ? {} : { digit_update: Math.round(place) }, { done }),
  });
  const facts = [["loss", "loss, learnt from", 4], ["test_loss", "loss, kept back", 4], ["accuracy", "right, kept back", 4]].map(([name, text, digits]) => ({ name, text, digits, value: h("dd", {}) }));
  const list = h("dl", { class: "facts" }, ...facts.flatMap(({ text, value }) => [h("dt", { text }), value]));
  return {
    element: panel(
      "Digits: the weights as images",
      "Softmax regression on 1438 handwritten digits. Blue pixels speak for the class, orange ones against it; they start at 0.",
      optimiser.element,
      steps.element,
      shelf,
      h("div", { class: "halves" }, h("div", {}, h("p", { class: "key" }, h("span", { class: "line-key solid", text: "learnt from" }), h("span", { class: "line-key dashed", text: "kept back" })), losses.element), list),
    ),
    paint({ state, numbers }) {
      const found = numbers.digits;
      optimiser.paint(state);
      steps.paint(state);
      if (found.images.data === drawn) return;
      drawn = found.images.data;
      unpacked(found.images).forEach((pixels, k) => images[k].paint(pixels, 1.5, true));
      losses.paint({
        lines: [
          { x: found.curve.update, y: found.curve.loss, kind: "ink" },
          { x: found.curve.update, y: found.curve.test_loss, kind: "faint" },
        ],
        rules: [{ x: state.digit_update, text: state.digit_update }],
        points: [{ x: state.digit_update, y: numbers.loss, kind: "ink" }],
      });
      for (const { name, value, digits } of facts) show(value, numbers[name], digits);
    },
  };
}

function hesitation(page) {
  const counts = matrix({ label: "Confusions: a row for each true digit, a column for each answer", limit: 12, height: 400, digits: 0 });
  const said = h("p", { class: "caption" });
  return {
    element: panel("What it takes for what", "359 digits kept from training: rows are what they are, columns what the model says. Only the diagonal is right.", h("div", { class: "halves" }, counts.element, said)),
    paint({ numbers }) {
      const { accuracy, digits: { confusions } } = numbers;
      counts.paint(confusions, NAMES);
      let worst = [0, 1];
      confusions.forEach((line, i) => line.forEach((count, k) => {
        if (i !== k && count > confusions[worst[0]][worst[1]]) worst = [i, k];
      }));
      const most = confusions[worst[0]][worst[1]];
      said.textContent = `${(accuracy * 100).toFixed(1)} % are right. ${most ? `Most often, ${worst[0]} is taken for ${worst[1]}: ${most} times.` : "None is taken for another."} Colours are full from 12 on.`;
    },
  };
}

const MARGIN = { top: 22, bottom: 26, left: 44, right: 8 };
const TALL = 300;

function examples(page) {
  let labels = [];
  let cloud = [];
  let places = [];
  let [chosen, packed] = [-1, ""];
  const up = scale([0, 1], [TALL - MARGIN.bottom, MARGIN.top]);
  const drawing = figure({
    height: TALL,
    kind: "pick",
    label: "Each digit kept from training: the probability of the right answer, in the column of that answer",
    draw(width) {
      const wide = (width - MARGIN.left - MARGIN.right) / NAMES.length;
      const seen = NAMES.map(() => 0);
      places = labels.map((k, n) => {
        const share = ((seen[k] += 1) * 0.618) % 1;
        return [MARGIN.left + (k + 0.12 + 0.76 * share) * wide, up(clamp(cloud[n], 0, 1))];
      });
      return [...axes(width, wide), ...places.map(([cx, cy], n) => s("circle", { cx, cy, r: 2.6, class: "point", "data-class": labels[n] })), ring()];
    },
  });

  function axes(width, wide) {
    return [
      ...[0, 0.5, 1].flatMap((tick) => [s("line", { x1: MARGIN.left, x2: width, y1: up(tick), y2: up(tick), class: tick ? "grid" : "base" }), s("text", { x: MARGIN.left - 7, y: up(tick) + 4, class: "tick end", text: String(tick) })]),
      ...NAMES.map((text, k) => s("g", { "data-class": k }, s("text", { x: MARGIN.left + (k + 0.5) * wide, y: TALL - 8, class: "name middle", text }))),
      s("text", { x: 4, y: 10, class: "axis", text: "probability of the right answer" }),
    ];
  }

  function ring() {
    const at = places[page.state.example];
    return at ? s("circle", { cx: at[0], cy: at[1], r: 7, class: "ring" }) : null;
  }

  // The nearest example to the pointer; a press keeps it in the address.
  function under(event, done) {
    const box = drawing.svg.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best = 0;
    places.forEach(([px, py], n) => {
      if (Math.hypot(px - x, py - y) < Math.hypot(places[best][0] - x, places[best][1] - y)) best = n;
    });
    if (done || best !== page.state.example) page.set({ example: best }, { done });
  }
  drawing.svg.addEventListener("pointermove", (event) => under(event, false));
  drawing.svg.addEventListener("click", (event) => under(event, true));

  const slider = control(page, "example");
  const picture = image("The example");
  const shares = bars({ label: "What the model says of the example, by digit", limits: [0, 1], ticks: [0, 0.5, 1], height: 190, digits: 2 });
  const scores = bars({ label: "The logits of the example, by digit", limits: [-12, 12], ticks: [-12, 0, 12], height: 190, digits: 1 });
  const said = h("p", { class: "answered", "aria-live": "polite" });
  const loss = h("dd", {});
  return {
    element: panel(
      "The example under the mouse",
      "Each dot is a digit kept from training. What lies low is mistaken: point at it.",
      labelled("", drawing.element),
      slider.element,
      h("div", { class: "example" }, h("div", {}, picture.svg, said, h("dl", { class: "facts" }, h("dt", { text: "loss, nats" }), loss)), h("div", { class: "halves" }, labelled("Its logits", scores.element), labelled("Its probabilities", shares.element))),
    ),
    paint({ state, numbers }) {
      const { example, labels: found, cloud: heights } = numbers.digits;
      if (chosen !== state.example || packed !== heights.data) {
        [labels, cloud, chosen, packed] = [[...found].map(Number), unpacked(heights), state.example, heights.data];
        drawing.redraw();
      }
      slider.paint(state);
      picture.paint(example.image, 1, false);
      scores.paint(example.x, NAMES);
      shares.paint(example.y, NAMES);
      said.textContent = example.said === example.label ? `A ${example.label}, and it says so.` : `A ${example.label}; it says ${example.said}.`;
      show(loss, example.loss, 4);
    },
  };
}
