// A drawing that fills its width in true pixels: text never stretches, phones included.

import { h, s } from "./dom.js";

export function figure({ height, label, draw, kind = "" }) {
  const svg = s("svg", { height, role: "img", "aria-label": label, class: `figure ${kind}` });
  const element = h("div", { class: "figure-box" }, svg);
  let width = 0;
  const redraw = () => {
    if (width > 0) svg.replaceChildren(...draw(width, height).filter(Boolean));
  };
  new ResizeObserver(([entry]) => {
    const found = Math.round(entry.contentRect.width);
    if (found === width) return;
    width = found;
    svg.setAttribute("width", width);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    redraw();
  }).observe(element);
  return { element, svg, redraw };
}

// What a pointer drags on a drawing: `at` gets pixels from its upper left corner.
export function draggable(svg, { begin, at, end }) {
  let held = null;
  const place = (event) => {
    const box = svg.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  svg.addEventListener("pointerdown", (event) => {
    held = begin(...place(event), event);
    if (held === null) return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    at(held, ...place(event));
  });
  svg.addEventListener("pointermove", (event) => {
    if (held !== null) at(held, ...place(event));
  });
  const drop = () => {
    if (held !== null) end(held);
    held = null;
  };
  svg.addEventListener("pointerup", drop);
  svg.addEventListener("pointercancel", drop);
}

// Values to pixels, straight.
export function scale([low, high], [from, to]) {
  const there = (value) => from + ((value - low) / (high - low)) * (to - from);
  there.back = (pixel) => low + ((pixel - from) / (to - from)) * (high - low);
  return there;
}

export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

export function snapped(value, step) {
  return Number((Math.round(value / step) * step).toFixed(6));
}
