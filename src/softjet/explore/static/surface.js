// Surfaces on a canvas: own projection, faces painted from the back to the front.
// A mesh of 40 by 40 is 1600 faces and a few milliseconds; it needs no WebGL, which a
// machine without a graphics driver does not have.

import { h } from "./dom.js";
import { clamp, draggable } from "./figure.js";

const TURN = 0.01; // radians a pixel

// options: label, height, limits: {x, y, z}, marks: [x, y, z] names of the axes
// paint({sheets: [{x: [..], y: [..], z: [[..]], colour, opacity}],
//        paths: [{points: [[x, y, z]..], colour}], dots: [{at, colour}]})
// Colours are names of the style sheet, "--c0"; `view` is {turn, lift} in radians.
export function surface(options) {
  const { height = 320, limits } = options;
  const canvas = h("canvas", { role: "img", "aria-label": options.label, tabindex: 0, class: "grab" });
  const box = h("div", { class: "figure-box" }, canvas);
  const [turn, lift] = [knob("Turn", -3.15, 3.15), knob("Tilt", 0, 1.5)];
  const element = h("div", {}, box, h("div", { class: "knobs" }, turn.element, lift.element));
  const view = options.view ?? { turn: -0.9, lift: 0.5 };
  let shown = { sheets: [] };
  let width = 0;

  new ResizeObserver(([entry]) => {
    width = Math.round(entry.contentRect.width);
    const sharp = window.devicePixelRatio || 1;
    canvas.width = width * sharp;
    canvas.height = height * sharp;
    canvas.style.setProperty("height", `${height}px`);
    redraw();
  }).observe(box);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw());

  // The view is the reader's: it is no part of the state, and no payload moves it.
  function knob(name, low, high) {
    const input = h("input", { type: "range", min: low, max: high, step: 0.05, oninput: () => look(name === "Turn" ? { turn: Number(input.value) } : { lift: Number(input.value) }) });
    return { input, element: h("label", { class: "control" }, h("span", { text: name }), input) };
  }

  function look(change) {
    Object.assign(view, change);
    view.lift = clamp(view.lift, 0, 1.5);
    turn.input.value = view.turn;
    lift.input.value = view.lift;
    redraw();
  }

  // A point of the box to [x, y] in pixels and its depth, larger when nearer.
  function project([x, y, z]) {
    const [u, v, w] = [unit(x, limits.x), unit(y, limits.y), unit(z, limits.z)];
    const across = u * Math.cos(view.turn) - v * Math.sin(view.turn);
    const deep = u * Math.sin(view.turn) + v * Math.cos(view.turn);
    const up = w * Math.cos(view.lift) + deep * Math.sin(view.lift);
    const near = w * Math.sin(view.lift) - deep * Math.cos(view.lift);
    const size = Math.min(width * 0.62, height * 0.62);
    return [width / 2 + across * size, height / 2 - up * size, near];
  }

  function faces(sheet) {
    const points = sheet.z.map((row, j) => row.map((z, i) => [sheet.x[i], sheet.y[j], z]));
    const found = [];
    for (let j = 0; j + 1 < points.length; j += 1)
      for (let i = 0; i + 1 < points[j].length; i += 1) {
        const corners = [points[j][i], points[j][i + 1], points[j + 1][i + 1], points[j + 1][i]];
        if (corners.some((p) => typeof p[2] !== "number")) continue;
        const placed = corners.map(project);
        const depth = placed[0][2] + placed[1][2] + placed[2][2] + placed[3][2];
        found.push({ depth: depth / 4, placed, sheet, light: lit(corners) });
      }
    return found;
  }

  // Steep faces are darker: the slope of the face against a light from above.
  function lit([a, b, , d]) {
    const slope = (p, q, span, [low, high]) => ((q[2] - p[2]) / (limits.z[1] - limits.z[0])) * ((high - low) / span);
    const [gx, gy] = [slope(a, b, b[0] - a[0], limits.x), slope(a, d, d[1] - a[1], limits.y)];
    return 1 / Math.sqrt(1 + 0.35 * (gx * gx + gy * gy));
  }

  function redraw() {
    if (width === 0) return;
    const style = getComputedStyle(element);
    // Once a frame for each name: asking costs more than a face does.
    const known = {};
    const colour = (name) => (known[name] ??= style.getPropertyValue(name).trim());
    const pen = canvas.getContext("2d");
    const sharp = window.devicePixelRatio || 1;
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    pen.clearRect(0, 0, width, height);
    frame(pen, colour);
    const all = shown.sheets.flatMap(faces);
    for (const dot of shown.dots ?? []) all.push({ depth: project(dot.at)[2] + 0.06, dot });
    for (const path of shown.paths ?? []) all.push(...pieces(path));
    all.sort((a, b) => a.depth - b.depth);
    for (const part of all) (part.dot ? drawDot : part.path ? drawPiece : drawFace)(pen, part, colour);
    names(pen, colour);
  }

  function drawFace(pen, { placed, sheet, light }, colour) {
    trace(pen, placed);
    pen.closePath();
    pen.globalAlpha = sheet.opacity ?? 1;
    pen.fillStyle = `color-mix(in srgb, ${colour(sheet.colour)} ${Math.round(35 + 65 * light)}%, ${colour("--ink")})`;
    pen.fill();
    pen.strokeStyle = `color-mix(in srgb, ${pen.fillStyle} 82%, ${colour("--ink")})`;
    pen.lineWidth = 0.5;
    pen.stroke();
    pen.globalAlpha = 1;
  }

  function pieces(path) {
    return path.points.slice(1).map((point, n) => {
      const placed = [project(path.points[n]), project(point)];
      return { depth: (placed[0][2] + placed[1][2]) / 2 + 0.01, placed, path };
    });
  }

  function drawPiece(pen, { placed, path }, colour) {
    trace(pen, placed);
    pen.strokeStyle = colour(path.colour);
    pen.lineWidth = path.width ?? 2;
    pen.stroke();
  }

  function drawDot(pen, { dot }, colour) {
    const [x, y] = project(dot.at);
    pen.beginPath();
    pen.arc(x, y, dot.size ?? 4.5, 0, 2 * Math.PI);
    pen.fillStyle = colour(dot.colour);
    pen.fill();
    pen.strokeStyle = colour("--paper");
    pen.lineWidth = 1.5;
    pen.stroke();
  }

  // The floor of the box.
  function frame(pen, colour) {
    const { x, y, z } = limits;
    const floor = [[x[0], y[0], z[0]], [x[1], y[0], z[0]], [x[1], y[1], z[0]], [x[0], y[1], z[0]]];
    pen.strokeStyle = colour("--line");
    pen.lineWidth = 1;
    trace(pen, floor.map(project));
    pen.closePath();
    pen.stroke();
  }

  // A name beside each axis, over the faces.
  function names(pen, colour) {
    const { x, y, z } = limits;
    pen.fillStyle = colour("--soft");
    pen.font = "12px system-ui, sans-serif";
    pen.textAlign = "center";
    const middle = (pair) => (pair[0] + pair[1]) / 2;
    const out = (pair) => pair[0] - 0.12 * (pair[1] - pair[0]);
    const ends = [[middle(x), out(y), z[0]], [out(x), middle(y), z[0]], [out(x), out(y), middle(z)]];
    (options.marks ?? []).forEach((name, n) => pen.fillText(name, ...project(ends[n]).slice(0, 2)));
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
    paint(next) {
      shown = next;
      redraw();
    },
  };
}

function trace(pen, placed) {
  pen.beginPath();
  placed.forEach(([x, y], n) => (n ? pen.lineTo(x, y) : pen.moveTo(x, y)));
}

function unit(value, [low, high]) {
  return (value - low) / (high - low) - 0.5;
}
