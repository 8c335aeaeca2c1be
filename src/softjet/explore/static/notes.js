// Beside the picture: the words in three levels, something to predict, the Python.

import { h, markup } from "./dom.js";
import { format } from "./numbers.js";
import { own } from "./own.js";

const LEVELS = ["In short", "More", "In full"];

export function notes(page, scene) {
  const parts = [words(scene), task(page, scene), python(), own(page), carry(page), sources(scene)];
  return {
    elements: parts.map((part) => part.element),
    paint(payload) {
      for (const part of parts) part.paint?.(payload);
    },
  };
}

function words(scene) {
  const text = h("div", { class: "text", "aria-live": "off" });
  const buttons = LEVELS.map((name, level) =>
    h("button", { type: "button", text: name, onclick: () => choose(level) }),
  );
  function choose(level) {
    // The levels stand on each other: the longer ones open with the shorter.
    text.innerHTML = scene.text.slice(0, level + 1).join("");
    buttons.forEach((button, n) => button.setAttribute("aria-pressed", n === level));
  }
  choose(0);
  const group = h("div", { class: "segments", role: "group", "aria-label": "How much to read" }, ...buttons);
  return { element: h("section", { class: "note" }, group, text) };
}

function task(page, scene) {
  const question = h("div", { class: "text" });
  const result = h("div", { class: "result", role: "status" });
  const asked = scene.choices.length ? choices(scene, guess) : number(scene, guess);
  let written = "";

  async function guess(value, text) {
    asked.lock();
    const { judged } = await page.judge();
    if (!judged) return;
    const right = scene.choices.length ? value === judged.answer : null;
    const verdict = right === null ? `You said ${text}; it is ${format(judged.answer)}.` : right ? "Right." : `You said \u201c${text}\u201d. It is: ${scene.choices[judged.answer].toLowerCase()}.`;
    const again = h("button", { type: "button", class: "quiet", text: "Ask again", onclick: reset });
    result.replaceChildren(h("p", { class: "verdict", "data-answer": String(judged.answer), text: verdict }), markup("div", judged.why, { class: "text" }), again);
    if (Object.keys(judged.change).length) page.set(judged.change);
    question.dataset.held = "";
  }

  function reset() {
    delete question.dataset.held;
    result.replaceChildren();
    asked.unlock();
    page.set({});
  }

  return {
    element: h("section", { class: "note task" }, h("h2", { text: "Predict first" }), question, asked.element, result),
    paint(payload) {
      // The question stays as it was asked while its answer is on the page.
      if ("held" in question.dataset || payload.question === written) return;
      question.innerHTML = written = payload.question;
    },
  };
}

function choices(scene, guess) {
  const buttons = scene.choices.map((text, n) =>
    h("button", { type: "button", text, onclick: () => guess(n, text) }),
  );
  const locked = (on) => buttons.forEach((button) => (button.disabled = on));
  return { element: h("div", { class: "choices" }, ...buttons), lock: () => locked(true), unlock: () => locked(false) };
}

function number(scene, guess) {
  const [low, high] = scene.limits;
  const out = h("output", { class: "value" });
  const input = h("input", { type: "range", min: low, max: high, step: (high - low) / 200, "aria-label": "Your guess" });
  const say = () => (out.textContent = format(Number(input.value), 2));
  input.addEventListener("input", say);
  input.value = (low + high) / 2;
  say();
  const button = h("button", { type: "button", text: "Show me", onclick: () => guess(Number(input.value), out.textContent) });
  const locked = (on) => (button.disabled = input.disabled = on);
  const element = h("div", { class: "guess" }, h("div", { class: "control" }, h("span", { text: "Your guess" }), input, out), button);
  return { element, lock: () => locked(true), unlock: () => locked(false) };
}

function python() {
  const code = h("code", {});
  const said = h("span", { role: "status", class: "said" });
  const copy = h("button", {
    type: "button",
    text: "Copy as Python",
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        said.textContent = "Copied.";
      } catch {
        getSelection().selectAllChildren(code);
        said.textContent = "Selected: copy it with your keyboard.";
      }
    },
  });
  const box = h("details", { class: "fold" }, h("summary", { text: "The program" }), h("pre", { tabindex: 0 }, code));
  return {
    element: h("section", { class: "note" }, h("h2", { text: "The same in Python" }), copy, said, box),
    paint(payload) {
      code.textContent = payload.python;
      said.textContent = "";
    },
  };
}

function carry(page) {
  if (page.frozen) return { element: h("span", { hidden: true }) };
  const said = h("span", { role: "status", class: "said" });
  const button = h("button", {
    type: "button",
    class: "quiet",
    text: "Save this page as one file",
    onclick: async () => {
      said.textContent = "Computing the frames \u2026";
      const response = await fetch("export", { method: "POST", body: JSON.stringify(page.state) });
      const url = URL.createObjectURL(await response.blob());
      h("a", { href: url, download: `softjet-${page.state.scene}.html` }).click();
      URL.revokeObjectURL(url);
      said.textContent = response.ok ? "Saved." : "It could not be saved.";
    },
  });
  return { element: h("section", { class: "note" }, h("h2", { text: "Carry it away" }), button, said) };
}

function sources(scene) {
  const items = scene.sources.map((text) => h("li", { text }));
  return { element: h("section", { class: "note sources" }, h("h2", { text: "Sources" }), h("ul", {}, ...items)) };
}
