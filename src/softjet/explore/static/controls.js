// Native inputs for the fields of the state: keyboards and screen readers know them.
// They show the newest state, not that of the numbers that came back: a reply to an
// older request must not move an input under the finger that is on it.

import { h } from "./dom.js";
import { trimmed } from "./numbers.js";

let count = 0;

// One control for a field: {element, paint()}.
export function control(page, name) {
  const field = page.schema.fields[name];
  if (field.kind === "flag") return flag(page, field);
  if (field.kind === "choice") return choice(page, field);
  return field.kind === "vector" ? ranges(page, name) : slider(page, field);
}

function slider(page, field) {
  const id = `range-${(count += 1)}`;
  const out = h("output", { for: id, class: "value" });
  const stops = field.stops ?? null;
  const value = (input) => (stops ? stops[Number(input.value)] : Number(input.value));
  const send = (done) => (event) => {
    const next = value(event.target);
    if (next !== page.state[field.name] || done) page.set({ [field.name]: next }, { done });
  };
  const input = h("input", {
    id,
    type: "range",
    min: stops ? 0 : field.low,
    max: stops ? stops.length - 1 : field.high,
    step: stops ? 1 : field.step,
    "data-field": field.name,
    oninput: send(false),
    onchange: send(true),
  });
  const element = h("div", { class: "control" }, h("label", { for: id, text: field.label }), input, out);
  return {
    element,
    paint() {
      const { state } = page;
      const now = state[field.name];
      if (field.high < 0) input.max = state.logits.length - 1;
      input.value = stops ? place(stops, now) : now;
      const named = field.kind === "whole" && field.high < 0 ? page.name(now) : trimmed(now);
      input.setAttribute("aria-valuetext", named);
      out.textContent = named + (field.unit ? ` ${field.unit}` : "");
      out.setAttribute("data-value", String(now));
    },
  };
}

// Where a value stands among stops laid out in powers: the nearest one.
export function place(stops, value) {
  let best = 0;
  stops.forEach((stop, n) => {
    if (Math.abs(stop - value) < Math.abs(stops[best] - value)) best = n;
  });
  return best;
}

// The same, between stops too: for a mark on an axis that is laid out in powers.
export function between(stops, value) {
  const after = stops.findIndex((stop) => stop >= value);
  if (after <= 0) return after === 0 ? 0 : stops.length - 1;
  const [low, high] = [stops[after - 1], stops[after]];
  return after - 1 + (value - low) / (high - low);
}

function flag(page, field) {
  const input = h("input", {
    type: "checkbox",
    "data-field": field.name,
    onchange: () => page.set({ [field.name]: input.checked }),
  });
  return {
    element: h("label", { class: "control flag" }, input, h("span", { text: field.label })),
    paint() {
      const { state } = page;
      input.checked = state[field.name];
    },
  };
}

function choice(page, field) {
  const group = `choice-${(count += 1)}`;
  const inputs = field.options.map((option) =>
    h("input", {
      type: "radio",
      name: group,
      value: option,
      "data-field": field.name,
      onchange: () => page.set({ [field.name]: option }),
    }),
  );
  const labels = inputs.map((input, n) =>
    h("label", {}, input, h("span", { text: field.labels[n] ?? field.options[n] })),
  );
  return {
    element: h("fieldset", { class: "control choice" }, h("legend", { text: field.label }), ...labels),
    paint() {
      const { state } = page;
      for (const input of inputs) input.checked = input.value === state[field.name];
    },
  };
}

// A range input per class, for the logits or a vector: beside everything that is dragged.
export function ranges(page, name, { low, high, step = 0.01, label } = {}) {
  const field = page.schema.fields[name] ?? { low, high, step, label };
  const [from, to] = [low ?? field.low, high ?? field.high];
  const element = h("div", { class: "ranges", role: "group", "aria-label": label ?? field.label });
  let inputs = [];
  const one = (k) => {
    const input = h("input", {
      type: "range",
      min: from,
      max: to,
      step: field.step ?? step,
      "data-field": name,
      "data-entry": k,
      oninput: () => page.setEntry(name, k, Number(input.value)),
      onchange: () => page.setEntry(name, k, Number(input.value), true),
    });
    const called = h("span", { class: "chip" });
    const element = h("label", { class: "range", "data-class": k }, called, input);
    return { input, called, element };
  };
  return {
    element,
    paint() {
      const { state } = page;
      const values = state[name];
      if (values.length !== inputs.length) {
        inputs = values.map((_, k) => one(k));
        element.replaceChildren(...inputs.map((i) => i.element));
      }
      inputs.forEach(({ input, called }, k) => {
        input.value = values[k];
        const text = `${label ?? field.label}, ${page.name(k)}`;
        input.setAttribute("aria-label", text);
        input.setAttribute("aria-valuetext", trimmed(values[k]));
        called.textContent = page.name(k);
      });
    },
  };
}
