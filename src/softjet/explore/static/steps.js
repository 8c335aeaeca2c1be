// A derivation one step at a time: in letters, why, and in the present numbers.

import { control } from "./controls.js";
import { h } from "./dom.js";
import { formula } from "./formula.js";

export function steps(page, field) {
  const slider = control(page, field);
  const letters = formula("The step, in letters");
  const worked = formula("The step, in the present numbers");
  const words = h("div", { class: "text" });
  const source = h("p", { class: "source" });
  const place = h("p", { class: "place" });
  const go = (by) => page.set({ [field]: page.state[field] + by });
  const back = h("button", { type: "button", text: "\u2190 Back", onclick: () => go(-1) });
  const next = h("button", { type: "button", text: "Next \u2192", onclick: () => go(1) });
  const box = h("div", { class: "step", "aria-live": "polite" }, letters.element, words, worked.element, source);
  let shown = 0;
  return {
    elements: [h("div", { class: "stepper" }, back, slider.element, next), place, box],
    paint({ state, numbers }) {
      const { step } = numbers;
      slider.paint(state);
      back.disabled = step.place <= 1;
      next.disabled = step.place >= step.of;
      letters.paint(step.letters, numbers);
      worked.paint(step.worked, numbers);
      letters.element.classList.toggle("boxed", step.boxed);
      if (shown === step.place) return;
      shown = step.place;
      place.textContent = `Step ${step.place} of ${step.of}`;
      words.innerHTML = step.words;
      source.innerHTML = step.source;
    },
  };
}
