// A matrix as a picture: blue raises, orange takes; fixed limits, so colours compare.

import { s } from "./dom.js";
import { clamp, figure } from "./figure.js";
import { fixed, format } from "./numbers.js";

const SIDE = 34; // room for names, left and above
const WRITTEN = 10; // above this many classes, numbers in cells would overlap

// options: label, limit, height, digits, select(i, k), axes: [rows, columns]
// paint(rows, names, {selected: [i, k], rowSums, columnSums})
export function matrix(options) {
  const { limit, height = 320, digits = 3 } = options;
  let rows = [];
  let names = [];
  let extra = {};
  const room = (width) => {
    const margin = extra.rowSums ? 58 : 6;
    const wide = (width - SIDE - margin) / rows.length;
    const high = (height - SIDE - (extra.columnSums ? 26 : 6)) / rows.length;
    return [Math.min(wide, 110), high];
  };

  const drawing = figure({
    height,
    label: options.label,
    kind: options.select ? "pick" : "",
    draw(width) {
      const [wide, high] = room(width);
      const every = rows.length > 20 ? 8 : 1;
      return [
        ...rows.flatMap((row, i) => row.map((value, k) => cell(value, i, k, wide, high))),
        ...names.flatMap((name, k) => (k % every ? [] : heads(name, k, wide, high))),
        ...sums(wide, high),
        chosen(wide, high),
      ];
    },
  });

  function cell(value, i, k, wide, high) {
    const share = clamp(Math.abs(value) / limit, 0, 1);
    const x = SIDE + k * wide;
    const y = SIDE + i * high;
    const strong = share > 0.62 ? "strong" : "";
    const written = rows.length <= WRITTEN && wide > 30;
    return s(
      "g",
      { class: "cell", "data-row": i, "data-column": k },
      s("rect", { x, y, width: Math.max(wide - 1.5, 1), height: Math.max(high - 1.5, 1), rx: 2, class: value < 0 ? "minus" : "plus", "fill-opacity": share.toFixed(3), "data-value": String(value) }),
      written ? s("text", { x: x + wide / 2, y: y + high / 2 + 4, class: `middle entry ${strong}`, text: fixed(value, digits) }) : null,
    );
  }

  function heads(name, k, wide, high) {
    const text = name.length > 4 ? `${name.slice(0, 3)}\u2026` : name;
    return [
      s("g", { "data-class": k }, s("rect", { x: SIDE + k * wide, y: SIDE - 6, width: Math.max(wide - 1.5, 1), height: 3, class: "swatch" }), s("text", { x: SIDE + (k + 0.5) * wide, y: SIDE - 12, class: "name middle", text })),
      s("g", { "data-class": k }, s("rect", { x: SIDE - 6, y: SIDE + k * high, width: 3, height: Math.max(high - 1.5, 1), class: "swatch" }), s("text", { x: SIDE - 11, y: SIDE + (k + 0.5) * high + 4, class: "name end", text })),
    ];
  }

  // The sums in the margins: rounding is all that is left of them.
  function sums(wide, high) {
    if (rows.length > WRITTEN || !extra.rowSums) return [];
    const edge = SIDE + rows.length * wide + 6;
    const below = SIDE + rows.length * high + 16;
    return [
      ...extra.rowSums.map((v, i) => s("text", { x: edge, y: SIDE + (i + 0.5) * high + 4, class: "tick", "data-value": String(v), text: near(v) })),
      ...extra.columnSums.map((v, k) => s("text", { x: SIDE + (k + 0.5) * wide, y: below, class: "tick middle", "data-value": String(v), text: near(v) })),
      s("text", { x: edge, y: SIDE - 12, class: "tick", text: "sum" }),
    ];
  }

  function near(value) {
    return Math.abs(value) < 5e-16 ? "0" : format(value, 2);
  }

  function chosen(wide, high) {
    if (!extra.selected) return null;
    const [i, k] = extra.selected;
    return s("rect", { x: SIDE + k * wide - 1, y: SIDE + i * high - 1, width: wide + 0.5, height: high + 0.5, rx: 3, class: "chosen" });
  }

  if (options.select)
    drawing.svg.addEventListener("click", (event) => {
      const found = event.target.closest("[data-row]");
      if (found) options.select(Number(found.dataset.row), Number(found.dataset.column));
    });

  return {
    element: drawing.element,
    paint(next, called, more = {}) {
      [rows, names, extra] = [next, called, more];
      drawing.redraw();
    },
  };
}
