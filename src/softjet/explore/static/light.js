// Whoever points at class k lights k everywhere.  One attribute on the root does it:
// the rules are in a style sheet, so nothing is looked up and nothing is repainted.

const COLOURS = 8;

export function teach(most) {
  const sheet = new CSSStyleSheet();
  for (let k = 0; k < most; k += 1) {
    sheet.insertRule(`[data-class="${k}"] { --class: var(--c${k % COLOURS}); }`);
    sheet.insertRule(`[data-lit="${k}"] [data-class="${k}"] { --shown: 1; }`);
  }
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const root = document.documentElement;
  const on = (event) => {
    const found = event.target.closest?.("[data-class]");
    if (found) root.dataset.lit = found.getAttribute("data-class");
    else delete root.dataset.lit;
  };
  document.addEventListener("pointerover", on);
  document.addEventListener("focusin", on);
  document.addEventListener("pointerleave", () => delete root.dataset.lit);
}
