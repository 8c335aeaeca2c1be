// The input space: what is left without the mean, and where that lies among the classes.

import { bars } from "../bars.js";
import { control, ranges } from "../controls.js";
import { h, panel, s } from "../dom.js";
import { clamp, draggable, figure, snapped } from "../figure.js";
import { show } from "../numbers.js";
import { grid, space } from "../space.js";

const MOST = 5; // of a logit, as far as its slider goes

export function build(stage, page) {
  const parts = [centred(page), shape(page), table(page)];
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

function centred(page) {
  const scores = bars({ label: "Logits over T; drag a bar", limits: [-5, 5], ticks: [-5, 0, 5], height: 190, drag: (k, value, done) => page.setEntry("logits", k, value === null ? null : value * page.state.temperature, done) });
  const left = bars({ label: "Logits less their mean", limits: [-8, 8], ticks: [-8, 0, 8], height: 190 });
  const sliders = ranges(page, "logits", { low: -MOST, high: MOST, label: "Logit" });
  const [mean, apart] = [h("dd", {}), h("dd", {})];
  const facts = h("dl", { class: "facts" }, h("dt", { text: "mean taken off" }), mean, h("dt", { text: "largest change of a probability" }), apart);
  const halves = h("div", { class: "halves" }, h("figure", {}, h("figcaption", { text: "Scores x / T: drag a bar" }), scores.element, sliders.element), h("figure", {}, h("figcaption", { text: "The same less their mean: they sum to 0" }), left.element, facts));
  return {
    element: panel("One direction too many", "Softmax does not see the mean of the scores. Without it, one dimension fewer is left.", halves),
    paint({ state, numbers }) {
      const names = page.names();
      scores.paint(numbers.x, names);
      sliders.paint(state);
      left.paint(numbers.centred, names);
      show(mean, numbers.mean, 4);
      show(apart, numbers.apart, 4);
    },
  };
}

const SAID = {
  3: "Three scores: a plane, seen along (1, 1, 1). Each class wins a third of it. Thin lines: its probability is 0.5, 0.7, 0.9, 0.99; the heavy one is the class looked at. Drag the point.",
  4: "Four scores: a space. The classes point to the corners of a tetrahedron. Turn it.",
  5: "Five scores: a space of four dimensions, cut at the height of the class looked at. Its direction is the one left out, because that treats the other four alike. Raise it, and it grows out of the middle.",
};

function shape(page) {
  let pull = 0.35;
  let winners = false;
  let last = null;
  const flat = plane(page);
  const solid = space({ label: "The space of the logits, with the point of your scores; arrow keys turn it", height: 420, reach: 10.6 });
  const counts = [3, 4, 5].map((K) => h("button", { type: "button", text: `${K} classes`, onclick: () => page.set({ logits: resized(page.state.logits, K) }) }));
  const kinds = [["Equal probability", false], ["Who wins", true]].map(([text, on]) => ({ on, button: h("button", { type: "button", text, onclick: () => choose(on) }) }));
  const views = h("div", { class: "segments" }, ...kinds.map((kind) => kind.button));
  const puller = h("input", { type: "range", min: 0, max: 1, step: 0.05, value: pull, oninput: () => apart(Number(puller.value)) });
  const pulling = h("label", { class: "control" }, h("span", { text: "Pull apart" }), puller);
  const [selected, certain] = ["selected", "certain"].map((name) => control(page, name));
  const sliders = ranges(page, "logits", { low: -MOST, high: MOST, label: "Logit" });
  const said = h("p", { class: "caption" });
  const place = h("dd", { class: "row" });
  const facts = h("dl", { class: "facts" }, h("dt", { text: "coordinates of the point" }), place);
  const controls = h("div", { class: "controls" }, selected.element, certain.element, pulling);

  // What is looked at is the reader's choice, like the view: it is no part of the state.
  function choose(on) {
    winners = on;
    redraw();
  }

  function apart(share) {
    pull = share;
    redraw();
  }

  function redraw() {
    const { numbers, state } = last;
    const found = numbers.space;
    const pieces = winners && state.logits.length === 4;
    kinds.forEach(({ button, on }) => button.setAttribute("aria-pressed", on === winners));
    views.hidden = state.logits.length !== 4;
    pulling.hidden = !pieces;
    certain.element.hidden = !found || pieces;
    selected.element.hidden = pieces;
    flat.element.hidden = state.logits.length !== 3;
    solid.element.hidden = !found || state.logits.length === 3;
    if (found && state.logits.length > 3) solid.paint(pieces ? parted(page, found, pull) : surfaces(page, found, state.selected));
  }

  return {
    element: panel("Where your scores lie", null, h("div", { class: "segments" }, ...counts), said, views, controls, flat.element, solid.element, sliders.element, facts),
    paint(payload) {
      last = payload;
      const K = payload.state.logits.length;
      counts.forEach((button, n) => {
        button.setAttribute("aria-pressed", n + 3 === K);
        button.disabled = page.frozen;
      });
      const far = payload.numbers.space?.outside ? " Your scores lie beyond the frame: the point is drawn on it." : "";
      said.textContent = (SAID[K] ?? "This picture is for three, four or five classes.") + far;
      sliders.paint(payload.state);
      selected.paint(payload.state);
      certain.paint(payload.state);
      const { space: found } = payload.numbers;
      facts.hidden = !found;
      place.replaceChildren(...(found ? found.coordinates.map(coordinate) : []));
      flat.paint(payload);
      redraw();
    },
  };
}

function coordinate(value) {
  const text = h("span", {});
  show(text, value, 4);
  return text;
}

function resized(logits, K) {
  return [...logits.slice(0, K), ...[0, 0, 0].slice(0, Math.max(K - logits.length, 0))];
}

// The frame, a ray and a name for each class, and the point with its way from the middle.
function around(page, found) {
  const names = found.shown.map((k, n) => ({ at: found.tips[n].map((v) => v * 1.1), text: page.name(k), colour: colour(k) }));
  if (found.left_out !== null && found.core) names.push({ at: [0, 0, 0], text: page.name(found.left_out), colour: colour(found.left_out) });
  return {
    paths: [
      ...found.shell.map((points) => ({ points, colour: "--track", width: 1 })),
      ...found.shown.map((k, n) => ({ points: [[0, 0, 0], found.tips[n]], colour: colour(k), width: 1.5, k })),
      { points: [[0, 0, 0], found.point], colour: "--ink", width: 2, over: true },
    ],
    dots: [{ at: found.point, colour: "--ink" }],
    words: names,
  };
}

function surfaces(page, found, selected) {
  const leaf = (k, n) => grid(found.leaves[n], { colour: colour(k), opacity: found.left_out !== null ? 0.36 : k === selected ? 0.85 : 0.3, k });
  const core = found.core ? grid(found.core, { colour: colour(found.left_out), opacity: 0.8, k: found.left_out }) : [];
  return { ...around(page, found), faces: [...found.shown.flatMap(leaf), ...core] };
}

// Corner n of a piece has digit d of n lower: the faces of a cube.
const FACES = [0, 1, 2].flatMap((d) => [0, 1].map((side) => [[0, 0], [0, 1], [1, 1], [1, 0]].map((two) => two.toSpliced(d, 0, side)))).map((face) => face.map(([a, b, c]) => 4 * a + 2 * b + c));

function parted(page, found, pull) {
  const moved = (point, tip) => point.map((v, n) => v * 0.8 + tip[n] * 0.35 * pull);
  const piece = (k) => FACES.map((face) => ({ points: face.map((n) => moved(found.pieces[k][n], found.tips[k])), colour: colour(k), opacity: 0.85, edge: 1.2, k }));
  const words = found.shown.map((k) => ({ at: moved(found.tips[k], found.tips[k]).map((v) => v * 1.06), text: page.name(k), colour: colour(k) }));
  return { faces: found.shown.flatMap(piece), words };
}

// Three classes: who wins where, lines of one probability, a point to drag.
function plane(page) {
  let numbers = null;
  let state = null;
  const HEIGHT = 420;
  const REACH = 9.4;
  const unit = (width) => Math.min(width, HEIGHT) / (2 * REACH);
  const frame = (width) => ([a, b]) => [width / 2 + a * unit(width), HEIGHT / 2 - b * unit(width)];
  const drawing = figure({
    height: HEIGHT,
    kind: "grab",
    label: "The plane of three logits: its regions, lines of one probability, your scores",
    draw(width) {
      const found = numbers?.space;
      if (!found || found.shown.length !== 3) return [];
      const to = frame(width);
      const [x, y] = to(found.point);
      return [
        ...found.pieces.map((corners, k) => region(corners, k, to)),
        ...found.lines.at.flatMap((leaves) => leaves.map((leaf, k) => line(leaf, k, to, "thin"))),
        ...found.leaves.map((leaf, k) => (k === state.selected ? line(leaf, k, to, "level") : null)),
        ...found.tips.map((tip, k) => name(tip, k, to)),
        s("circle", { cx: x, cy: y, r: 6, class: "point ink" }),
      ];
    },
  });

  function region(corners, k, to) {
    const points = [0, 1, 3, 2].map((n) => to(corners[n]).join(","));
    return s("polygon", { points: points.join(" "), class: "region", "data-class": k });
  }

  // Rings of two ends: out along one, back along the other.
  function line(leaf, k, to, kind) {
    const points = [...leaf.map((ring) => ring[0]).reverse(), ...leaf.slice(1).map((ring) => ring[1])];
    return s("polyline", { points: points.map((p) => to(p).join(",")).join(" "), class: `line ${kind}`, "data-class": k });
  }

  function name(tip, k, to) {
    const [x, y] = to(tip.map((v) => v * 1.07));
    return s("text", { x, y: y + 4, class: "name middle", "data-class": k, text: page.name(k) });
  }

  // From the plane back to three logits: their mean as it was, the rest as dragged.
  draggable(drawing.svg, {
    begin: () => (numbers?.space ? 0 : null),
    at(_, px, py) {
      const width = drawing.svg.clientWidth;
      const [a, b] = [(px - width / 2) / unit(width), (HEIGHT / 2 - py) / unit(width)];
      const { basis } = numbers.space;
      const back = (k) => numbers.mean + a * basis[0][k] + b * basis[1][k];
      const logits = [0, 1, 2].map((k) => snapped(clamp(back(k), -MOST, MOST) * page.state.temperature, 0.01));
      page.set({ logits }, { done: false });
    },
    end: () => page.set({ logits: page.state.logits }),
  });
  return {
    element: drawing.element,
    paint(payload) {
      ({ numbers, state } = payload);
      drawing.redraw();
    },
  };
}

function table(page) {
  const body = h("tbody", {});
  const heads = ["class", "less the mean", "probability", "to its border with the winner"];
  const whole = h("table", { class: "numbers" }, h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col", text })))), body);
  const [margin, odds] = [h("dd", {}), h("dd", {})];
  const of = h("dt", {});
  const facts = h("dl", { class: "facts" }, h("dt", { text: "lead of the winner" }), margin, of, odds);
  return {
    element: panel("How far from a border", "A border is where two scores are equal. The distance is their difference over the root of 2.", facts, h("div", { class: "scroll" }, whole)),
    paint({ state, numbers }) {
      show(margin, numbers.margin, 4);
      show(odds, numbers.odds, 4);
      of.textContent = `log-odds of ${page.name(state.selected)} against all others`;
      body.replaceChildren(...numbers.x.map((_, k) => row(k, numbers)));
    },
  };

  function row(k, numbers) {
    const cells = [numbers.centred[k], numbers.y[k], numbers.borders[k]].map((value) => {
      const cell = h("td", {});
      show(cell, value, 4);
      return cell;
    });
    if (k === numbers.winner) cells[2].textContent = "it wins";
    return h("tr", { "data-class": k }, h("th", { scope: "row" }, h("span", { class: "chip", text: page.name(k) })), ...cells);
  }
}
