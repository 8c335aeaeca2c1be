// Lines over one axis, limits fixed by the caller so that motion always means change.

import { s } from "./dom.js";
import { clamp, draggable, figure, scale } from "./figure.js";
import { trimmed } from "./numbers.js";

const MARGIN = { top: 26, bottom: 34, left: 44, right: 12 };

// options: label, height, x: {limits, ticks: [[value, text]], title}, y: the same,
//          drag(x, done)
// paint({lines: [{x, y, k, kind}], points: [{x, y, k, kind}], rules: [{x | y, text}]})
export function plot(options) {
  const { height = 220 } = options;
  let shown = { lines: [], points: [], rules: [] };
  let across = null;
  const up = scale(options.y.limits, [height - MARGIN.bottom, MARGIN.top]);

  const drawing = figure({
    height,
    label: options.label,
    kind: options.drag ? "grab" : "",
    draw(width) {
      across = scale(options.x.limits, [MARGIN.left, width - MARGIN.right]);
      return [
        ...axes(width),
        ...shown.lines.map(line),
        ...(shown.rules ?? []).map((rule) => ruler(rule, width)),
        ...(shown.points ?? []).map(point),
      ];
    },
  });

  function axes(width) {
    const bottom = height - MARGIN.bottom;
    return [
      ...options.y.ticks.flatMap(([value, text]) => [
        s("line", { x1: MARGIN.left, x2: width - MARGIN.right, y1: up(value), y2: up(value), class: value === 0 ? "base" : "grid" }),
        s("text", { x: MARGIN.left - 7, y: up(value) + 4, class: "tick end", text }),
      ]),
      ...options.x.ticks.map(([value, text]) =>
        s("text", { x: across(value), y: bottom + 15, class: "tick middle", text }),
      ),
      s("text", { x: (MARGIN.left + width - MARGIN.right) / 2, y: height - 4, class: "axis middle", text: options.x.title }),
      s("text", { x: 4, y: 10, class: "axis", text: options.y.title ?? "" }),
    ];
  }

  function line({ x, y, k, kind = "" }) {
    let path = "";
    y.forEach((value, n) => {
      if (typeof value !== "number") return;
      const place = `${across(x[n]).toFixed(1)} ${up(clamp(value, ...options.y.limits)).toFixed(1)}`;
      path += `${path ? "L" : "M"}${place}`;
    });
    return s("path", { d: path, class: `line ${kind}`, "data-class": k ?? null });
  }

  function point({ x, y, k, kind = "", value }) {
    const full = value === undefined ? null : String(value);
    return s("circle", { cx: across(clamp(x, ...options.x.limits)), cy: up(clamp(y, ...options.y.limits)), r: 4.5, class: `point ${kind}`, "data-class": k ?? null, "data-value": full });
  }

  function ruler({ x, y, text }, width) {
    const place = x === undefined ? { x1: MARGIN.left, x2: width, y1: up(y), y2: up(y) } : { x1: across(x), x2: across(x), y1: MARGIN.top, y2: height - MARGIN.bottom };
    return s("g", {}, s("line", { ...place, class: "ruler" }), text ? s("text", { x: place.x1 + 5, y: place.y1 + (x === undefined ? -5 : 9), class: "tick", text: trimmed(text) }) : null);
  }

  if (options.drag)
    draggable(drawing.svg, {
      begin: () => 0,
      at: (_, x) => options.drag(clamp(across.back(x), ...options.x.limits), false),
      end: () => options.drag(null, true),
    });

  return {
    element: drawing.element,
    paint(next) {
      shown = next;
      drawing.redraw();
    },
  };
}
