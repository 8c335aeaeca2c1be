// Everything put together: the carrier, the page, the scene that the state names.

import { byId, h } from "./dom.js";
import { control } from "./controls.js";
import { frozen, live } from "./carrier.js";
import { notes } from "./notes.js";
import { page } from "./page.js";
import { teach } from "./light.js";
import { theme } from "./theme.js";
import { BUILDERS } from "./scenes/index.js";

async function begin() {
  theme(byId("theme"));
  const kept = byId("kept") ? JSON.parse(byId("kept").textContent) : null;
  const schema = kept ? kept.schema : await (await fetch("scenes")).json();
  teach(schema.classes[1]);
  const carrierOf = (to) => (kept ? frozen(to, kept) : live(to));
  const whole = page(schema, carrierOf, { paint, trouble });
  let current = null;

  function trouble(text) {
    byId("trouble").textContent = text;
    byId("trouble").hidden = text === "";
  }

  function paint(payload) {
    if (payload.state.scene !== current?.name) current = enter(whole, payload.state.scene);
    for (const part of current.parts) part.paint(payload);
    spoken(whole, payload);
  }

  navigation(whole);
  byId("label").hidden = !kept;
  if (kept) byId("label").textContent = kept.label;
  whole.open(kept ? `#${kept.scene}` : location.hash);
}

function enter(whole, name) {
  const scene = whole.schema.scenes.find((one) => one.name === name);
  const shared = ["temperature"].map((field) => control(whole, field));
  const classes = fewerOrMore(whole);
  const drawn = BUILDERS[name](byId("stage"), whole);
  const beside = notes(whole, scene);
  byId("title").textContent = scene.title;
  document.title = `${scene.title} \u00b7 softjet explore`;
  byId("shared").replaceChildren(...shared.map((c) => c.element), classes.element);
  byId("stage").replaceChildren(...drawn.elements);
  byId("notes").replaceChildren(...beside.elements);
  for (const link of byId("nav").children) {
    const here = link.dataset.scene === name;
    if (here) byId("nav").scrollLeft = link.offsetLeft - byId("nav").offsetLeft - 24;
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const inputs = { paint: ({ state }) => shared.forEach((c) => c.paint(state)) };
  return { name, parts: [inputs, classes, drawn, beside] };
}

function navigation(whole) {
  const links = whole.schema.scenes.map((scene, n) =>
    h("a", {
      href: `#${scene.name}`,
      "data-scene": scene.name,
      text: `${n + 1}. ${scene.title}`,
      onclick: (event) => {
        event.preventDefault();
        whole.set({ scene: scene.name });
        scrollTo({ top: 0 });
      },
    }),
  );
  byId("nav").replaceChildren(...links);
}

// One class more or fewer, and back to the start.
function fewerOrMore(whole) {
  const [fewest, most] = whole.schema.classes;
  const set = (logits) => whole.set({ logits });
  const less = h("button", { type: "button", text: "\u2212", "aria-label": "One class fewer", onclick: () => set(whole.state.logits.slice(0, -1)) });
  const more = h("button", { type: "button", text: "+", "aria-label": "One class more", onclick: () => set([...whole.state.logits, 0]) });
  const reset = h("button", { type: "button", class: "quiet", text: "Start again", onclick: () => whole.open(`#${whole.state.scene}`) });
  const count = h("output", { class: "value" });
  const element = h("div", { class: "control classes" }, h("span", { text: "Classes" }), less, count, more, reset);
  return {
    element,
    paint({ state }) {
      const classes = state.logits.length;
      count.textContent = String(classes);
      less.disabled = whole.frozen || classes <= fewest;
      more.disabled = whole.frozen || classes >= most;
    },
  };
}

// What changed, for those who listen; after a pause, or a drag would never stop talking.
let timer = 0;
function spoken(whole, { numbers }) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const y = numbers.y ?? [];
    const all = y.slice(0, 8).map((v, k) => `${whole.name(k)} ${Number(v).toFixed(2)}`);
    byId("spoken").textContent = `Probabilities: ${all.join(", ")}`;
  }, 700);
}

begin();
