// Numbers as people read them, and in full where a test or a reader wants all of them.
// Infinity and NaN arrive as words, because JSON has neither.

const WORDS = { inf: "\u221e", "-inf": "\u2212\u221e", nan: "NaN" };
const RAISED = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

export function format(value, digits = 3) {
  if (value === null || value === undefined) return "\u2013";
  if (typeof value === "string") return WORDS[value] ?? value;
  const size = Math.abs(value);
  let text = size === 0 ? "0" : size.toFixed(digits);
  if (size !== 0 && (size >= 1e6 || size < 0.5 * tenth(digits))) text = powers(size);
  return value < 0 ? "\u2212" + text : text;
}

// The same number of decimals whatever the size: for cells of a picture.
export function fixed(value, digits) {
  if (typeof value === "string") return WORDS[value] ?? value;
  const text = Math.abs(value).toFixed(digits);
  return value === 0 ? "0" : value < 0 && Number(text) !== 0 ? `\u2212${text}` : text;
}

// Without the zeros that say nothing: for sliders and axes.
export function trimmed(value, digits = 2) {
  const text = format(value, digits);
  return /^[^\u00b7]*\.[0-9]*$/.test(text) ? text.replace(/\.?0+$/, "") : text;
}

function tenth(digits) {
  return Number(`1e-${digits}`);
}

function powers(size) {
  const [front, power] = size.toExponential(1).split("e");
  const raised = [...power.replace("+", "")]
    .map((c) => (c === "-" ? "\u207b" : RAISED[c]))
    .join("");
  return `${front}\u00b710${raised}`;
}

// The number on the page, and all of it in data-value.
export function show(element, value, digits = 3, guarded = false) {
  const text = format(value, digits);
  const shown = guarded && text.startsWith("\u2212") ? `(${text})` : text;
  if (element.textContent !== shown) element.textContent = shown;
  element.setAttribute("data-value", String(value));
}

// "J.0.2" in {J: [[...]]}
export function at(numbers, path) {
  let found = numbers;
  for (const part of path.split(".")) found = found?.[part];
  return found;
}

// Every slot under an element takes its number; digits from the nearest data-digits.
export function fill(root, numbers) {
  for (const slot of root.querySelectorAll("[data-slot]")) {
    const digits = Number(slot.closest("[data-digits]")?.dataset.digits ?? 3);
    show(slot, at(numbers, slot.dataset.slot), digits, "guard" in slot.dataset);
  }
}
