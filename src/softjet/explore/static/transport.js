// Play, step and scrub through updates: a range input, and three buttons beside it.

import { control } from "./controls.js";
import { h } from "./dom.js";

const SECONDS = 9; // from the first update to the last
const JUMPS = 12; // of them, with pauses, for those who want no motion
const PAUSE = 750; // ms

export function transport(page, name, what) {
  const field = page.schema.fields[name];
  const slider = control(page, name);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const play = h("button", { type: "button", class: "play", onclick: () => (running ? halt() : begin()) });
  const step = (by, text, label) => h("button", { type: "button", text, "aria-label": `${label}: ${what}`, onclick: () => move(by) });
  const [back, next] = [step(-1, "\u2190", "One update back"), step(1, "\u2192", "One update on")];
  const element = h("div", { class: "stepper transport" }, play, back, next, slider.element);
  let running = null;

  slider.element.addEventListener("pointerdown", () => running && halt());
  slider.element.addEventListener("keydown", () => running && halt());

  function say() {
    play.textContent = running ? "Pause" : "Play";
    play.setAttribute("aria-label", `${play.textContent}: ${what}`);
  }

  function move(by) {
    if (running) halt();
    page.set({ [name]: Math.min(Math.max(page.state[name] + by, field.low), field.high) });
  }

  function begin() {
    const from = page.state[name] >= field.high ? field.low : page.state[name];
    running = { from, since: performance.now() };
    say();
    tick();
  }

  function halt() {
    running = null;
    say();
    page.set({ [name]: page.state[name] });
  }

  // Each update is asked for by the frame's clock, so that a slow machine skips some
  // and still takes as long.
  function tick() {
    if (!running) return;
    if (!element.isConnected) {
      running = null;
      return;
    }
    const gone = (performance.now() - running.since) / 1000;
    const share = calm.matches ? Math.floor((gone * 1000) / PAUSE) / JUMPS : gone / SECONDS;
    const wanted = Math.min(Math.round(running.from + share * (field.high - field.low)), field.high);
    if (wanted !== page.state[name]) page.set({ [name]: wanted }, { done: false });
    if (wanted >= field.high) halt();
    else requestAnimationFrame(tick);
  }

  say();
  return {
    element,
    paint(state) {
      slider.paint(state);
      back.disabled = state[name] <= field.low;
      next.disabled = state[name] >= field.high;
    },
  };
}
