// Pushforward and pullback: arrows to drag, the plane, every path, the cost.

import { bars } from "../bars.js";
import { control, ranges } from "../controls.js";
import { h, panel, s } from "../dom.js";
import { clamp, draggable, figure, snapped } from "../figure.js";
import { formula } from "../formula.js";
import { format, show } from "../numbers.js";

const MOST = 3; // of a tangent or cotangent, as its field has it

export function build(stage, page) {
  const parts = [both(page), plane(page), paths(page), cost(page)];
  return {
    elements: parts.map((part) => part.element),
    paint(payload) {
      for (const part of parts) part.paint(payload);
    },
  };
}

function pushed(page, field) {
  return (k, value, done) => page.setEntry(field, k, value === null ? null : clamp(value, -MOST, MOST), done);
}

function both(page) {
  const logits = { limits: [-5, 5], ticks: [-5, 0, 5], height: 190 };
  const shares = { limits: [-0.5, 1.5], ticks: [0, 0.5, 1], height: 190 };
  const costs = { limits: [-3, 3], ticks: [-3, 0, 3], height: 190 };
  const x_dot = bars({ label: "Tangent: arrows on the logits; drag them", ...logits, push: pushed(page, "tangent") });
  const y_dot = bars({ label: "Pushforward: arrows on the probabilities", ...shares });
  const y_bar = bars({ label: "Cotangent: the price of each probability; drag", ...costs, drag: pushed(page, "cotangent") });
  const x_bar = bars({ label: "Pullback: the price of each logit", limits: [-1, 1], ticks: [-1, 0, 1], height: 190, digits: 3 });
  const [tangent, cotangent] = ["tangent", "cotangent"].map((name) => ranges(page, name));
  const logit = ranges(page, "logits", { low: -5, high: 5, label: "Logit" });
  const selected = control(page, "selected");
  const [push, pull] = [formula("The pushforward of the class looked at"), formula("The pullback of the class looked at")];
  const inner = h("dl", { class: "facts" });
  const [forward, backward] = [h("dd", {}), h("dd", {})];
  inner.append(h("dt", { text: "forward: \u27e8y\u0304, y\u0307\u27e9" }), forward, h("dt", { text: "backward: \u27e8x\u0304, x\u0307\u27e9" }), backward);
  const figures = (...all) => h("div", { class: "halves" }, ...all.map(([text, ...inside]) => h("figure", {}, h("figcaption", { text }), ...inside)));
  return {
    element: panel(
      "One map, both ways",
      "Forward: drag an arrow on a logit. Backward: set what each probability costs.",
      figures(["Logits x with the tangent x\u0307: drag an arrow", x_dot.element, tangent.element], ["Probabilities y and how they follow, y\u0307", y_dot.element, push.element]),
      figures(["The price of each logit, x\u0304", x_bar.element, pull.element], ["The price of each probability, y\u0304: drag", y_bar.element, cotangent.element]),
      h("div", { class: "halves" }, h("div", {}, selected.element, inner), h("figure", {}, h("figcaption", { text: "Move the logits themselves" }), logit.element)),
    ),
    paint({ state, numbers }) {
      const names = page.names();
      x_dot.paint(numbers.x, names, { arrows: numbers.x_dot });
      y_dot.paint(numbers.y, names, { arrows: numbers.y_dot });
      y_bar.paint(numbers.y_bar, names);
      x_bar.paint(numbers.x_bar, names);
      for (const part of [tangent, cotangent, logit, selected]) part.paint(state);
      push.paint(numbers.push, numbers);
      pull.paint(numbers.pull, numbers);
      show(forward, numbers.forward, 6);
      show(backward, numbers.backward, 6);
    },
  };
}

const REACH = 3.4; // of the plane of logits, each way

function plane(page) {
  let numbers = null;
  const three = h("button", { type: "button", text: "Use three classes", onclick: () => page.set({ logits: page.state.logits.slice(0, 3) }) });
  const frame = (width, height, reach) => {
    const size = Math.min(width, height);
    const unit = size / (2 * reach);
    return ([a, b], [ca, cb] = [0, 0]) => [width / 2 + (a - ca) * unit, height / 2 - (b - cb) * unit];
  };
  const logits = figure({
    height: 280,
    kind: "grab",
    label: "The plane of logits seen along (1, 1, 1), with the tangent as an arrow",
    draw(width, height) {
      if (!numbers) return [];
      const to = frame(width, height, REACH);
      return [...numbers.corners.map((c, k) => axis(to, c, k)), ...arrow(to(numbers.x_dot), to([0, 0]), numbers.x_dot)];
    },
  });
  const simplex = figure({
    height: 280,
    label: "The simplex, with the probabilities as a point and their pushforward as an arrow",
    draw(width, height) {
      if (!numbers) return [];
      const centre = [0, 0.18];
      const to = frame(width, height, 0.82);
      const place = (p) => to(p, centre);
      const corners = numbers.corners.map((c) => place(c).join(","));
      const from = place(numbers.y);
      const tip = place([numbers.y[0] + numbers.y_dot[0], numbers.y[1] + numbers.y_dot[1]]);
      return [s("polygon", { points: corners.join(" "), class: "triangle" }), ...numbers.corners.map((c, k) => corner(place(c), k)), ...arrow(tip, from, numbers.y_dot), s("circle", { cx: from[0], cy: from[1], r: 5, class: "point ink" })];
    },
  });

  function axis(to, [a, b], k) {
    const [x, y] = to([a * REACH, b * REACH]);
    const [x0, y0] = to([0, 0]);
    return s("g", { "data-class": k }, s("line", { x1: x0, y1: y0, x2: x, y2: y, class: "ray" }), s("text", { x: x + (a > 0 ? 6 : -6), y: y + 4, class: a > 0.1 ? "name" : a < -0.1 ? "name end" : "name middle", text: page.name(k) }));
  }

  function corner([x, y], k) {
    return s("g", { "data-class": k }, s("circle", { cx: x, cy: y, r: 5, class: "point" }), s("text", { x, y: k === 2 ? y - 10 : y + 20, class: "name middle", text: page.name(k) }));
  }

  function arrow([x, y], [x0, y0], value) {
    const length = Math.hypot(x - x0, y - y0);
    if (length < 1) return [];
    const [u, v] = [(x - x0) / length, (y - y0) / length];
    const head = Math.min(10, length);
    const points = `${x},${y} ${x - u * head - v * head * 0.5},${y - v * head + u * head * 0.5} ${x - u * head + v * head * 0.5},${y - v * head - u * head * 0.5}`;
    return [s("line", { x1: x0, y1: y0, x2: x - u * head, y2: y - v * head, class: "arrow", "data-value": value.join(" ") }), s("polygon", { points, class: "arrow-head" })];
  }

  // From the plane back to three entries: the same mean as before, the rest as dragged.
  draggable(logits.svg, {
    begin: () => (numbers ? 0 : null),
    at(_, px, py) {
      const [width, height] = [logits.svg.clientWidth, 280];
      const unit = Math.min(width, height) / (2 * REACH);
      const [a, b] = [(px - width / 2) / unit, (height / 2 - py) / unit];
      const tangent = [0, 1, 2].map((k) => snapped(clamp(numbers.mean + a * numbers.basis[0][k] + b * numbers.basis[1][k], -MOST, MOST), 0.01));
      page.set({ tangent }, { done: false });
    },
    end: () => page.set({ tangent: page.state.tangent }),
  });
  const sliders = ranges(page, "tangent");
  const figures = h("div", { class: "halves" }, h("figure", {}, h("figcaption", { text: "Logits, seen along (1, 1, 1): drag the tangent" }), logits.element, sliders.element), h("figure", {}, h("figcaption", { text: "Probabilities: where the arrow goes" }), simplex.element));
  const said = h("p", { class: "caption" });
  return {
    element: panel("Three classes: a picture of the whole", "Only differences of logits count, so three of them live in a plane; their probabilities live in a triangle.", figures, h("p", {}, three), said),
    paint(payload) {
      numbers = payload.numbers.plane;
      three.hidden = numbers !== null || page.frozen || payload.state.logits.length < 3;
      figures.hidden = numbers === null;
      said.textContent = numbers ? "Near a corner the arrow shrinks: where one class has everything, nothing moves." : "This picture is for three classes.";
      sliders.paint(payload.state);
      logits.redraw();
      simplex.redraw();
    },
  };
}

function paths(page) {
  let numbers = null;
  let selected = 0;
  const drawing = figure({
    height: 300,
    label: "Every path from the logit looked at to the loss",
    draw(width, height) {
      if (!numbers) return [];
      const classes = numbers.y.length;
      const most = Math.max(...numbers.paths.map(Math.abs), 1e-12);
      const row = (k) => (height * (k + 0.5)) / classes;
      const [left, middle, right] = [34, width * 0.52, width - 34];
      const from = [left, height / 2];
      return [
        ...numbers.y.flatMap((_, j) => path(j, from, [middle, row(j)], [right, height / 2], most)),
        node(...from, `x${selected}`, selected),
        ...numbers.y.map((_, j) => node(middle, row(j), classes > 14 ? "" : `y${j}`, j)),
        node(right, height / 2, "L", null),
      ];
    },
  });

  function path(j, [x0, y0], [x1, y1], [x2, y2], most) {
    const size = 1 + (7 * Math.abs(numbers.paths[j])) / most;
    const sign = numbers.paths[j] < 0 ? "minus" : "plus";
    const few = numbers.y.length <= 8;
    const label = (xa, ya, xb, yb, text) => (few ? s("text", { x: (xa + xb) / 2, y: (ya + yb) / 2 - 5, class: "tick middle", text }) : null);
    return [
      s("g", { class: `edge ${sign}`, "data-class": j }, s("line", { x1: x0, y1: y0, x2: x1, y2: y1, "stroke-width": size }), s("line", { x1, y1, x2, y2, "stroke-width": size }), label(x0, y0, x1, y1, format(numbers.J[j][selected], 3)), label(x1, y1, x2, y2, format(numbers.y_bar[j], 2))),
    ];
  }

  function node(x, y, text, k) {
    return s("g", { "data-class": k }, s("circle", { cx: x, cy: y, r: text ? 15 : 3, class: "node" }), s("text", { x, y: y + 4, class: "name middle", text }));
  }

  const control_ = control(page, "selected");
  const body = h("tbody", {});
  const total = h("td", {});
  const heads = ["path through", "y\u0304 J", "share of x\u0304"].slice(0, 2);
  const table = h("table", { class: "numbers" }, h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col", text })))), body, h("tfoot", {}, h("tr", {}, h("th", { scope: "row", text: "all paths: x\u0304" }), total)));
  return {
    element: panel("Every path to the loss", "One logit moves every probability, and each has its price. Blue adds to the price of the logit, orange takes from it; wide is much.", control_.element, h("div", { class: "halves" }, h("figure", {}, drawing.element), h("div", { class: "scroll" }, table))),
    paint(payload) {
      numbers = payload.numbers;
      selected = payload.state.selected;
      control_.paint(payload.state);
      drawing.redraw();
      body.replaceChildren(
        ...numbers.paths.map((v, j) => {
          const value = h("td", {});
          show(value, v, 6);
          return h("tr", { "data-class": j }, h("th", { scope: "row" }, h("span", { class: "chip", text: page.name(j) })), value);
        }),
      );
      show(total, numbers.x_bar[selected], 6);
    },
  };
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

function bytes(count) {
  let step = 0;
  let size = count;
  for (; size >= 1000; step += 1) size /= 1000;
  return `${size.toFixed(size < 10 && step ? 1 : 0)} ${UNITS[step]}`;
}

function cost(page) {
  const choice = control(page, "vocabulary");
  const body = h("tbody", {});
  const heads = ["", "numbers kept", "products", "memory, float32"];
  const table = h("table", { class: "numbers" }, h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col", text })))), body);
  const row = (name, of) => {
    const cells = ["numbers", "products"].map((what) => h("td", { "data-value": String(of[what]), text: of[what].toLocaleString("en").replaceAll(",", "\u2009") }));
    return h("tr", {}, h("th", { scope: "row", text: name }), ...cells, h("td", { "data-value": String(of.bytes), text: bytes(of.bytes) }));
  };
  return {
    element: panel("K against K times K", "One row, one derivative: by the rule, or by building the matrix first.", choice.element, h("div", { class: "scroll" }, table)),
    paint({ state, numbers }) {
      choice.paint(state);
      body.replaceChildren(row("the rule: y and one mean", numbers.cost.rule), row("the matrix J", numbers.cost.matrix));
    },
  };
}
