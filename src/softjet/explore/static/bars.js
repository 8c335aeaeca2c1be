// A bar per class, from a base line; with `drag`, a handle that moves it.

import { s } from "./dom.js";
import { clamp, draggable, figure, scale, snapped } from "./figure.js";
import { format, trimmed } from "./numbers.js";

const MARGIN = { top: 22, bottom: 26, left: 34, right: 8 };
const NAMED = 14; // above this many classes, only every fourth has its name below

// options: label, height, limits [low, high], ticks, digits, drag(k, value, done), step
//          push(k, change, done): the handle moves an arrow from the bar's end instead
// paint(values, names, extra): extra.marks draws a second value as a line on each bar,
//          extra.arrows a change as an arrow from its end
export function bars(options) {
  const { limits, height = 210, digits = 2, step = 0.01 } = options;
  let values = [];
  let names = [];
  let marks = null;
  let arrows = null;
  const y = scale(limits, [height - MARGIN.bottom, MARGIN.top]);
  const columns = (width) => (width - MARGIN.left - MARGIN.right) / Math.max(values.length, 1);

  const drawing = figure({
    height,
    label: options.label,
    kind: options.drag || options.push ? "grab" : "",
    draw(width) {
      const wide = columns(width);
      return [...axis(width), ...values.map((v, k) => column(v, k, wide))];
    },
  });

  function axis(width) {
    return options.ticks.flatMap((tick) => [
      s("line", { x1: MARGIN.left, x2: width, y1: y(tick), y2: y(tick), class: tick === 0 ? "base" : "grid" }),
      s("text", { x: MARGIN.left - 6, y: y(tick) + 4, class: "tick end", text: trimmed(tick, 2) }),
    ]);
  }

  function column(value, k, wide) {
    const drawn = typeof value === "number" ? clamp(value, ...limits) : 0;
    const [x, size] = [MARGIN.left + k * wide + wide * 0.14, wide * 0.72];
    const [top, low] = [y(Math.max(drawn, 0)), y(Math.min(drawn, 0))];
    const above = drawn >= 0 ? top - 7 : Math.min(low + 15, height - MARGIN.bottom - 3);
    const many = values.length > NAMED;
    const text = format(value, digits);
    return s(
      "g",
      { "data-class": options.plain ? null : k, class: options.plain ? "bar plain" : "bar" },
      s("rect", { x: x - wide * 0.14, y: 0, width: wide, height, class: "reach" }),
      s("rect", { x, y: top, width: size, height: Math.max(low - top, 1), rx: 2, class: "body", "data-value": String(value) }),
      options.drag ? s("rect", { x: x + size * 0.5 - Math.min(size * 0.3, 14), y: y(drawn) - 2.5, width: Math.min(size * 0.6, 28), height: 5, rx: 2.5, class: "grip" }) : null,
      arrows ? arrow(value, arrows[k], x + size / 2) : null,
      marks ? s("line", { x1: x - 3, x2: x + size + 3, y1: y(clamp(marks[k], ...limits)), y2: y(clamp(marks[k], ...limits)), class: "mark" }) : null,
      arrows || text.length * 6.6 > wide ? null : s("text", { x: x + size / 2, y: above, class: "number middle", text }),
      many && k % 4 ? null : s("text", { x: x + size / 2, y: height - 8, class: "name middle", text: short(names[k] ?? String(k), wide) }),
    );
  }

  // The shaft is as long as the change; a change too small to see is a dot.
  function arrow(value, change, x) {
    const from = y(clamp(value, ...limits));
    const to = clamp(y(value + change), 4, height - 4);
    const way = Math.sign(to - from);
    const head = Math.min(7, Math.abs(to - from));
    const tip = `${x},${to} ${x - 5},${to - way * head} ${x + 5},${to - way * head}`;
    return s(
      "g",
      { class: "push", "data-value": String(change) },
      s("line", { x1: x, x2: x, y1: from, y2: to - way * head, class: "arrow" }),
      head < 2 ? s("circle", { cx: x, cy: from, r: 3, class: "arrow-head" }) : s("polygon", { points: tip, class: "arrow-head" }),
      s("text", { x: x + 8, y: (from + to) / 2 + 4, class: "number", text: format(change, 3) }),
    );
  }

  if (options.drag || options.push)
    draggable(drawing.svg, {
      begin(x) {
        const k = Math.floor((x - MARGIN.left) / columns(drawing.svg.clientWidth));
        return k >= 0 && k < values.length ? k : null;
      },
      at(k, _, pixel) {
        const place = clamp(y.back(pixel), ...limits);
        if (options.push) options.push(k, snapped(place - clamp(values[k], ...limits), step), false);
        else options.drag(k, snapped(place, step), false);
      },
      end: (k) => (options.push ?? options.drag)(k, null, true),
    });

  return {
    element: drawing.element,
    paint(next, called, extra = {}) {
      [values, names, marks, arrows] = [next, called, extra.marks ?? null, extra.arrows ?? null];
      drawing.redraw();
    },
  };
}

function short(name, wide) {
  const most = Math.max(Math.floor(wide / 8), 2);
  return name.length > most ? `${name.slice(0, most - 1)}\u2026` : name;
}
