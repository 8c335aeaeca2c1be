// A formula: MathML from the library, laid out once, its slots filled at every change.

import { h } from "./dom.js";
import { fill } from "./numbers.js";

export function formula(label) {
  const element = h("div", { class: "formula", role: "group", "aria-label": label });
  let written = "";
  return {
    element,
    paint(mathml, numbers) {
      if (mathml !== written) element.innerHTML = written = mathml;
      fill(element, numbers);
    },
  };
}
