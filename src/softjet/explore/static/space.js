// Faces, paths, dots and words in space, on a canvas: own projection, painted from the
// back to the front, one unit for all three axes.  Two thousand faces take a few
// milliseconds; it needs no WebGL, which a machine without a graphics driver lacks.

import { h } from "./dom.js";
import { clamp, draggable } from "./figure.js";

const TURN = 0.01; // radians a pixel
const SHADES = 12;
const LIGHT = [-0.46, -0.5, 0.73]; // y points down, as pixels do

// options: label, height, reach (half of what has to fit), view: {turn, lift} in radians;
//          spaces that are given one view turn together; `knobs: false` leaves it to the
//          caller where the range inputs that turn it stand
// paint({faces: [{points: [[x, y, z]..], colour, opacity, k}],
//        paths: [{points, colour, width, dash, above: pixels nearer than they are, over}], dots: [{at, colour}],
//        words: [{at, text, colour}]})
// Colours are names of the style sheet, "--c0"; k is a class, which hovering lights.
export function space(options) {
  const { height = 320 } = options;
  const canvas = h("canvas", { role: "img", "aria-label": options.label, tabindex: 0, class: "grab" });
  const box = h("div", { class: "figure-box" }, canvas);
  const [turn, lift] = [knob("Turn", "turn", -3.15, 3.15), knob("Tilt", "lift", -1.5, 1.5)];
  const knobs = h("div", { class: "knobs" }, turn.element, lift.element);
  const element = h("div", {}, box, options.knobs === false ? null : knobs);
  const view = options.view ?? { turn: -0.6, lift: 0.3 };
  const together = (view.together ??= []);
  const root = document.documentElement;
  let shown = {};
  let width = 0;
  let near = true;

  new ResizeObserver(([entry]) => {
    width = Math.round(entry.contentRect.width);
    const sharp = window.devicePixelRatio || 1;
    canvas.width = width * sharp;
    canvas.height = height * sharp;
    canvas.style.setProperty("height", `${height}px`);
    redraw();
  }).observe(box);
  // What is out of sight is drawn when it comes into sight: a drag does not wait for it.
  new IntersectionObserver(([entry]) => {
    near = entry.isIntersecting;
    if (near) redraw();
  }, { rootMargin: "100px" }).observe(box);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw());
  new MutationObserver(() => redraw()).observe(root, { attributeFilter: ["data-theme", "data-lit"] });

  // The view is the reader's: it is no part of the state, and no payload moves it.
  function knob(name, angle, low, high) {
    const input = h("input", { type: "range", min: low, max: high, step: 0.05, oninput: () => look({ [angle]: Number(input.value) }) });
    return { input, element: h("label", { class: "control" }, h("span", { text: name }), input) };
  }

  function look(change) {
    Object.assign(view, change);
    if (Math.abs(view.turn) > Math.PI) view.turn -= 2 * Math.PI * Math.sign(view.turn);
    view.lift = clamp(view.lift, -1.5, 1.5);
    for (const follow of together) follow();
  }

  together.push(() => {
    turn.input.value = view.turn;
    lift.input.value = view.lift;
    redraw();
  });

  // A point to [x, y] in pixels and its nearness, in units of the drawing.
  function projection() {
    const [ct, st, cl, sl] = [Math.cos(view.turn), Math.sin(view.turn), Math.cos(view.lift), Math.sin(view.lift)];
    const size = Math.min(width, height) / (2 * options.reach);
    return ([x, y, z]) => {
      const deep = x * st + y * ct;
      return [width / 2 + (x * ct - y * st) * size, height / 2 - (z * cl + deep * sl) * size, (z * sl - deep * cl) * size];
    };
  }

  function redraw() {
    if (width === 0 || !element.isConnected) return;
    const style = getComputedStyle(element);
    const kept = new Map();
    const colour = (name) => kept.get(name) ?? kept.set(name, style.getPropertyValue(name).trim()).get(name);
    const shade = (name, light) => {
      const key = `${name} ${light}`;
      if (!kept.has(key)) kept.set(key, `color-mix(in srgb, ${colour(name)} ${Math.round(60 + (40 * light) / SHADES)}%, black)`);
      return kept.get(key);
    };
    const pen = canvas.getContext("2d");
    const sharp = window.devicePixelRatio || 1;
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    pen.clearRect(0, 0, width, height);
    const place = projection();
    const parts = [...(shown.faces ?? []).map((face) => placedFace(face, place)), ...(shown.paths ?? []).flatMap((path) => placedPath(path, place))];
    parts.sort((a, b) => a.near - b.near);
    for (const part of parts) (part.face ? drawFace : drawPiece)(pen, part, colour, shade);
    for (const dot of shown.dots ?? []) drawDot(pen, dot, place, colour);
    for (const word of shown.words ?? []) drawWord(pen, word, place, colour);
    pen.globalAlpha = 1;
  }

  function strength(k) {
    return k === undefined || root.dataset.lit === undefined || root.dataset.lit === String(k) ? 1 : 0.3;
  }

  // The light comes from the upper left, before the drawing; both sides take it alike.
  function placedFace(face, place) {
    const placed = face.points.map(place);
    const [a, b, c] = [placed[0], placed[1], placed[placed.length - 1]];
    const [u, v] = [[b[0] - a[0], b[1] - a[1], b[2] - a[2]], [c[0] - a[0], c[1] - a[1], c[2] - a[2]]];
    const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    const lit = (LIGHT[0] * normal[0] + LIGHT[1] * normal[1] + LIGHT[2] * normal[2]) * (normal[2] < 0 ? -1 : 1);
    const light = Math.round((SHADES * Math.max(lit, 0)) / (Math.hypot(...normal) || 1));
    let middle = 0;
    for (const point of placed) middle += point[2] / placed.length;
    return { near: middle, placed, face, light };
  }

  function placedPath(path, place) {
    const placed = path.points.map(place);
    const over = path.over ? 1e6 : (path.above ?? 0.5);
    return placed.slice(1).map((point, n) => ({ near: (placed[n][2] + point[2]) / 2 + over, placed: [placed[n], point], path }));
  }

  function drawFace(pen, { placed, face, light }, colour, shade) {
    trace(pen, placed);
    pen.closePath();
    pen.globalAlpha = (face.opacity ?? 1) * strength(face.k);
    pen.fillStyle = shade(face.colour, light);
    pen.fill();
    pen.strokeStyle = shade(face.colour, face.edge ? 0 : Math.max(light - 2, 0));
    pen.lineWidth = face.edge ?? 0.5;
    pen.stroke();
  }

  function drawPiece(pen, { placed, path }, colour) {
    trace(pen, placed);
    pen.globalAlpha = strength(path.k);
    pen.strokeStyle = colour(path.colour);
    pen.lineWidth = path.width ?? 2;
    pen.setLineDash(path.dash ?? []);
    pen.stroke();
    pen.setLineDash([]);
  }

  function drawDot(pen, dot, place, colour) {
    const [x, y] = place(dot.at);
    pen.globalAlpha = 1;
    pen.beginPath();
    pen.arc(x, y, dot.size ?? 5.5, 0, 2 * Math.PI);
    pen.fillStyle = colour(dot.colour);
    pen.fill();
    pen.strokeStyle = colour("--paper");
    pen.lineWidth = 1.5;
    pen.stroke();
  }

  // Over all, with a rim of paper, so that a name can be read in front of anything.
  function drawWord(pen, { at, text, colour: name }, place, colour) {
    const [x, y] = place(at);
    pen.globalAlpha = 1;
    pen.font = "600 13px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineWidth = 4;
    pen.lineJoin = "round";
    pen.strokeStyle = colour("--paper");
    pen.strokeText(text, x, y);
    pen.fillStyle = colour(name);
    pen.fillText(text, x, y);
  }

  draggable(canvas, {
    begin: (x, y) => ({ x, y, ...view }),
    at(from, x, y) {
      look({ turn: from.turn - (x - from.x) * TURN, lift: from.lift + (y - from.y) * TURN });
    },
    end: () => undefined,
  });
  canvas.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [0.1, 0], ArrowRight: [-0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    look({ turn: view.turn + step[0], lift: view.lift + step[1] });
  });
  look({});

  return {
    element,
    knobs,
    paint(next) {
      const first = !shown.words;
      shown = next;
      if (near || first) redraw();
    },
  };
}

// The faces of a grid of points, [[[x, y, z]..]..].
export function grid(points, look) {
  const faces = [];
  for (let j = 0; j + 1 < points.length; j += 1)
    for (let i = 0; i + 1 < points[j].length; i += 1) faces.push({ ...look, points: [points[j][i], points[j][i + 1], points[j + 1][i + 1], points[j + 1][i]] });
  return faces;
}

function trace(pen, placed) {
  pen.beginPath();
  placed.forEach(([x, y], n) => (n ? pen.lineTo(x, y) : pen.moveTo(x, y)));
}
