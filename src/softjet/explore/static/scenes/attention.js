// Attention: points to drag, weights and their sum, the merge, the sink, a derivative.

import { bars } from "../bars.js";
import { control, ranges } from "../controls.js";
import { h, panel, s } from "../dom.js";
import { clamp, draggable, figure, snapped } from "../figure.js";
import { formula } from "../formula.js";
import { matrix } from "../matrix.js";
import { format, show } from "../numbers.js";

const REACH = 3; // of a point, as its field has it
const ROOM = 3.4; // of the drawing: a point at its limit is whole
const TALL = 330;

export function build(stage, page) {
  const parts = [points(page), every(page), merge(page), derivative(page)];
  return {
    elements: parts.map((part) => part.element),
    paint(payload) {
      for (const part of parts) part.paint(payload);
    },
  };
}

function labelled(text, ...inside) {
  return h("figure", {}, h("figcaption", { text }), ...inside);
}

// A square of the plane, as wide as the figure allows: 0 in its middle.
function frame(width, height) {
  const unit = Math.min(width, height) / (2 * ROOM);
  const to = ([a, b]) => [width / 2 + a * unit, height / 2 - b * unit];
  to.back = (x, y) => [(x - width / 2) / unit, (height / 2 - y) / unit];
  return to;
}

// The square, its axes, and what `inside(to)` draws; a press takes the nearest of the
// `handles()`.
function plane({ label, inside, handles = null, move, taken }) {
  const drawing = figure({
    height: TALL,
    label,
    kind: handles ? "grab square" : "",
    draw(width, height) {
      const to = frame(width, height);
      const [[x0, y0], [x1, y1]] = [to([-REACH, REACH]), to([REACH, -REACH])];
      const [x, y] = to([0, 0]);
      return [
        s("rect", { x: x0, y: y0, width: x1 - x0, height: y1 - y0, class: "board" }),
        s("line", { x1: x0, x2: x1, y1: y, y2: y, class: "grid" }),
        s("line", { x1: x, x2: x, y1: y0, y2: y1, class: "grid" }),
        ...inside(to),
      ];
    },
  });
  if (handles)
    draggable(drawing.svg, {
      begin(px, py) {
        const to = frame(drawing.svg.clientWidth, TALL);
        const away = ({ at }) => Math.hypot(to(at)[0] - px, to(at)[1] - py);
        const all = handles();
        if (all.length === 0) return null;
        let best = all[0];
        for (const one of all) if (away(one) < away(best)) best = one;
        taken(best);
        return best;
      },
      at(handle, px, py) {
        const [a, b] = frame(drawing.svg.clientWidth, TALL).back(px, py);
        move(handle, snapped(clamp(a, -REACH, REACH), 0.01), snapped(clamp(b, -REACH, REACH), 0.01), false);
      },
      end: (handle) => move(handle, null, null, true),
    });
  return drawing;
}

// An arrow between two places in pixels, as wide as it should be.
function arrow([x0, y0], [x, y], attributes, width = 2) {
  const length = Math.hypot(x - x0, y - y0);
  if (length < 1.5) return s("g", attributes);
  const [u, v] = [(x - x0) / length, (y - y0) / length];
  const head = Math.min(8 + width, length);
  const half = head * 0.45;
  const tip = `${x},${y} ${x - u * head - v * half},${y - v * head + u * half} ${x - u * head + v * half},${y - v * head - u * half}`;
  return s("g", { ...attributes, class: `pointer ${attributes.class ?? ""}` }, s("line", { x1: x0, y1: y0, x2: x - u * head, y2: y - v * head, "stroke-width": width }), s("polygon", { points: tip }));
}

function named([x, y], text, k, lift = 11) {
  return s("text", { x, y: y - lift, class: "name middle haloed", "data-class": k, text });
}

// The area of a halo is the weight.
function halo(weight) {
  return 6 + 12 * Math.sqrt(clamp(weight, 0, 1));
}

function moves(page) {
  return ({ kind, k }, a, b, done) => {
    const [across, up] = [`${kind}_x`, `${kind}_y`];
    const [xs, ys] = [[...page.state[across]], [...page.state[up]]];
    if (a !== null) [xs[k], ys[k]] = [a, b];
    page.set({ [across]: xs, [up]: ys }, { done });
  };
}

// Ranges for one point: which one is that of the control above them.
function place(page, kind, which, text) {
  const one = (axis, label) => {
    const field = `${kind}_${axis}`;
    const input = h("input", { type: "range", min: -REACH, max: REACH, step: 0.01, "data-field": field });
    const send = (done) => () => page.setEntry(field, page.state[which], Number(input.value), done);
    input.addEventListener("input", send(false));
    input.addEventListener("change", send(true));
    const out = h("output", { class: "value" });
    return { field, input, out, label, element: h("label", { class: "control" }, h("span", { text: label }), input, out) };
  };
  const axes = [one("x", "across"), one("y", "up")];
  const title = h("span", { class: "chip" });
  return {
    element: h("div", { class: "place-of", role: "group" }, title, ...axes.map((a) => a.element)),
    paint(state) {
      const k = state[which];
      title.textContent = `${text} ${page.name(k)}`;
      title.parentElement.setAttribute("data-class", k);
      title.parentElement.setAttribute("aria-label", title.textContent);
      for (const { field, input, out, label } of axes) {
        input.value = state[field][k];
        input.setAttribute("data-entry", k);
        input.setAttribute("aria-label", `${title.textContent}, ${label}`);
        out.textContent = format(state[field][k], 2);
      }
    },
  };
}

function points(page) {
  let now = null;
  const move = moves(page);
  const taken = ({ kind, k }) => {
    const which = kind === "query" ? "query" : "key";
    if (page.state[which] !== k) page.set({ [which]: k }, { done: false });
  };
  const signs = plane({
    label: "Queries as arrows and keys as dots; drag them, or use the sliders below",
    inside: (to) => (now ? asked(to) : []),
    handles: () => (now ? [...now.numbers.k.map((at, k) => ({ kind: "key", k, at })), { kind: "query", k: now.state.query, at: now.numbers.q[now.state.query] }] : []),
    move,
    taken,
  });
  const goods = plane({
    label: "Values as dots, and the output that is their weighted sum, tip to tail; drag a value",
    inside: (to) => (now ? summed(to) : []),
    handles: () => (now ? now.numbers.v.map((at, k) => ({ kind: "value", k, at })) : []),
    move,
    taken,
  });

  function asked(to) {
    const { q, k, y } = now.numbers;
    const i = now.state.query;
    const zero = to([0, 0]);
    return [
      ...q.map((at, n) => (n === i ? null : arrow(zero, to(at), { "data-class": n, class: "faint" }, 1.5))),
      ...k.map((at, j) => {
        const [cx, cy] = to(at);
        return s("g", { "data-class": j, class: "spot" }, s("circle", { cx, cy, r: halo(y[j]), class: "halo" }), s("circle", { cx, cy, r: 6, class: "point" }));
      }),
      arrow(zero, to(q[i]), { class: "query" }, 3),
      ...k.map((at, j) => named(to(at), `k ${page.name(j)}`, j, halo(y[j]) + 5)),
      s("text", { x: to(q[i])[0], y: to(q[i])[1] - 9, class: "number middle haloed", text: `q ${page.name(i)}` }),
    ];
  }

  function summed(to) {
    const { v, y, o, sum } = now.numbers;
    const [ox, oy] = to(o);
    return [
      ...v.map((at, j) => s("circle", { cx: to(at)[0], cy: to(at)[1], r: halo(y[j]), class: "halo", "data-class": j })),
      ...v.map((at, j) => s("circle", { cx: to(at)[0], cy: to(at)[1], r: 6, class: "point", "data-class": j })),
      ...v.map((_, j) => arrow(to(sum[j]), to(sum[j + 1]), { "data-class": j }, 2.5)),
      s("circle", { cx: ox, cy: oy, r: 7, class: "point ink" }),
      ...v.map((at, j) => named(to(at), `v ${page.name(j)}`, j, halo(y[j]) + 5)),
      s("text", { x: ox, y: oy + 21, class: "number middle haloed", text: "output" }),
    ];
  }

  const scores = bars({ label: "Scores of the query; drag one, and its key moves along the query", limits: [-5, 5], ticks: [-5, 0, 5], height: 180, drag: aim });
  const weights = bars({ label: "Weights of the query: softmax of its scores", limits: [0, 1], ticks: [0, 0.5, 1], height: 180, digits: 3 });

  // A score is linear in its key: along the query, the shortest way to a wished score.
  function aim(k, wanted, done) {
    const { state, numbers } = now;
    const query = numbers.q[state.query];
    const size = numbers.scale * (query[0] * query[0] + query[1] * query[1]);
    if (wanted === null || typeof numbers.x[k] !== "number" || size < 0.02) return move({ kind: "key", k }, null, null, done);
    const step = (wanted - numbers.x[k]) / size;
    const to = [0, 1].map((n) => snapped(clamp(numbers.k[k][n] + step * query[n], -REACH, REACH), 0.01));
    return move({ kind: "key", k }, ...to, done);
  }

  const [query, key] = ["query", "key"].map((name) => control(page, name));
  const ways = ["causal", "with_sink", "sink", "biased"].map((name) => control(page, name));
  const bias = ranges(page, "logits", { low: -5, high: 5, label: "Bias" });
  const placed = [place(page, "query", "query", "query"), place(page, "key", "key", "key"), place(page, "value", "key", "value")];
  const [first, second, share] = [h("span", {}), h("span", {}), h("dd", {})];
  const taken_ = h("dt", {});
  const output = h("dd", {}, "(", first, ", ", second, ")");
  return {
    element: panel(
      "One query looks at the keys",
      "Each class is a token, with a query, a key and a value. Drag them: the further a key lies along the query, the more of its value is taken.",
      h("div", { class: "controls" }, query.element, key.element),
      h("div", { class: "halves" }, labelled("Queries and keys: drag them", signs.element), labelled("Values, and the output: the weighted sum", goods.element)),
      h("div", { class: "thirds" }, ...placed.map((p) => p.element)),
      h("div", { class: "halves" }, labelled("Scores: drag a bar, and its key moves", scores.element), labelled("Weights", weights.element)),
      h("div", { class: "controls" }, ...ways.map((c) => c.element)),
      bias.element,
      h("dl", { class: "facts" }, h("dt", { text: "output" }), output, taken_, share),
    ),
    paint(payload) {
      now = payload;
      const { state, numbers } = payload;
      const names = page.names();
      for (const part of [query, key, ...ways, bias, ...placed]) part.paint(state);
      bias.element.hidden = !state.biased;
      scores.paint(numbers.x, names);
      weights.paint(numbers.y, names);
      signs.redraw();
      goods.redraw();
      show(first, numbers.o[0], 4);
      show(second, numbers.o[1], 4);
      taken_.textContent = state.with_sink ? "weight that the sink takes" : "weight that a sink would take";
      show(share, numbers.sink_share, 4);
    },
  };
}

function every(page) {
  const table = matrix({ label: "Weights: a row per query, a column per key; choose a cell", limit: 1, height: 300, digits: 2, select: (query, key) => page.set({ query, key }) });
  const said = h("p", { class: "caption", text: "Each row sums to 1, less what a sink takes. Looking back only, a query sees no key after its own place: the upper triangle is 0." });
  return {
    element: panel("Every query at once", "Rows are queries, columns are keys. Click a cell to look at it.", h("div", { class: "halves" }, table.element, said)),
    paint({ state, numbers }) {
      table.paint(numbers.P, page.names(), { selected: [state.query, state.key] });
    },
  };
}

const COLUMNS = ["keys", "largest score m", "kept of the old", "sum l", "output so far"];

function merge(page) {
  let now = null;
  const [size, merged] = ["block", "merged"].map((name) => control(page, name));
  const count = () => now.numbers.merge.length;
  const at = () => now.numbers.merged;
  const go = (by) => page.set({ merged: clamp(at() + by, 1, count()) });
  const back = h("button", { type: "button", text: "\u2190 Back", onclick: () => go(-1) });
  const next = h("button", { type: "button", text: "Next block \u2192", onclick: () => go(1) });
  const letters = ["largest score", "sum", "output"].map((what) => formula(`The merge of two parts: the ${what}`));
  const body = h("tbody", {});
  const table = h("table", { class: "numbers" }, h("thead", {}, h("tr", {}, ...COLUMNS.map((text) => h("th", { scope: "col", text })))), body);
  const [first, second, off] = [h("span", {}), h("span", {}), h("dd", {})];
  const whole = h("dl", { class: "facts" }, h("dt", { text: "softjet.attention, in one go" }), h("dd", {}, "(", first, ", ", second, ")"), h("dt", { text: "the merge is off by" }), off);
  const walk = plane({ label: "The output after each block, on its way to the end", inside: (to) => (now ? path(to) : []) });

  function path(to) {
    const { merge: steps, v } = now.numbers;
    const seen = steps.slice(0, at());
    const { first: from, last } = seen[seen.length - 1];
    const places = seen.map(({ o }) => to(o));
    const d = places.map(([x, y], n) => `${n ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    const here = places[places.length - 1];
    return [
      ...v.map((p, j) => s("circle", { cx: to(p)[0], cy: to(p)[1], r: j >= from && j <= last ? 10 : 5, class: j > last ? "point unseen-yet" : "point", "data-class": j })),
      ...v.map((p, j) => named(to(p), `v ${page.name(j)}`, j)),
      s("path", { d, class: "line ink" }),
      ...places.map(([cx, cy]) => s("circle", { cx, cy, r: 3, class: "point ink" })),
      s("circle", { cx: here[0], cy: here[1], r: 7, class: "point ink" }),
      s("text", { x: here[0], y: here[1] + 21, class: "number middle haloed", text: "output so far" }),
    ];
  }

  function line({ first: from, last, m, keep, l, o }, n) {
    const cells = [m, keep, l].map((value) => {
      const cell = h("td", {});
      show(cell, value, 4);
      return cell;
    });
    const [a, b] = o.map((value) => {
      const part = h("span", {});
      show(part, value, 4);
      return part;
    });
    const range = from === last ? page.name(from) : `${page.name(from)} to ${page.name(last)}`;
    return h("tr", { class: n + 1 === at() ? "present" : n < at() ? null : "ahead" }, h("th", { scope: "row", text: range }), ...cells, h("td", {}, "(", a, ", ", b, ")"));
  }

  return {
    element: panel(
      "The online merge, block by block",
      "Three things are kept of all keys seen so far: the largest score, one sum, one output. No row of weights is ever stored.",
      h("div", { class: "controls" }, size.element),
      h("div", { class: "stepper transport" }, back, next, merged.element),
      h("div", { class: "halves" }, labelled("The output after each block", walk.element), h("div", { class: "stack" }, ...letters.map((l) => l.element), whole)),
      h("div", { class: "scroll", "aria-live": "polite" }, table),
    ),
    paint(payload) {
      now = payload;
      const { state, numbers } = payload;
      size.paint(state);
      merged.paint({ ...state });
      // The slider ends where the blocks do.
      const input = merged.element.querySelector("input");
      input.max = count();
      input.value = at();
      input.setAttribute("aria-valuetext", `${at()} of ${count()}`);
      merged.element.querySelector("output").textContent = `${at()} of ${count()}`;
      back.disabled = at() <= 1;
      next.disabled = at() >= count();
      letters.forEach((l, n) => l.paint(numbers.formula[n], numbers));
      body.replaceChildren(...numbers.merge.map(line));
      walk.redraw();
      show(first, numbers.whole.o[0], 4);
      show(second, numbers.whole.o[1], 4);
      show(off, numbers.whole.off, 4);
    },
  };
}

function derivative(page) {
  let now = null;
  const key = control(page, "key");
  const letters = formula("The derivative of the output by one score");
  const rows = [["by_key", "softjet.attention.jvp"], ["by_rule", "the rule"]].map(([name, text]) => ({ name, text, value: [h("span", {}), h("span", {})] }));
  const off = h("dd", {});
  const list = h("dl", { class: "facts" }, ...rows.flatMap(({ text, value }) => [h("dt", { text }), h("dd", {}, "(", value[0], ", ", value[1], ")")]), h("dt", { text: "they differ by" }), off);
  const said = h("p", { class: "caption" });
  const picture = plane({ label: "The output, and the way it goes when the score rises", inside: (to) => (now ? way(to) : []) });

  function way(to) {
    const { v, o, derivative: found } = now.numbers;
    const j = now.state.key;
    const tip = [o[0] + found.by_rule[0], o[1] + found.by_rule[1]];
    const [[x1, y1], [x2, y2]] = [to(o), to(v[j])];
    return [
      s("line", { x1, y1, x2, y2, class: "ruler" }),
      ...v.map((p, n) => s("circle", { cx: to(p)[0], cy: to(p)[1], r: n === j ? 9 : 5, class: "point", "data-class": n })),
      ...v.map((p, n) => named(to(p), `v ${page.name(n)}`, n)),
      s("circle", { cx: x1, cy: y1, r: 6, class: "point ink" }),
      arrow(to(o), to(tip), { class: "query" }, 3),
    ];
  }

  return {
    element: panel(
      "If one score rises",
      "The output moves straight towards that key\u2019s value, by as much as the key is looked at. The arrow is for one unit of score.",
      h("div", { class: "controls" }, key.element),
      h("div", { class: "halves" }, labelled("", picture.element), h("div", {}, letters.element, list, said)),
    ),
    paint(payload) {
      now = payload;
      const { state, numbers } = payload;
      const found = numbers.derivative;
      key.paint(state);
      letters.paint(numbers.rule, numbers);
      for (const { name, value } of rows) value.forEach((part, n) => show(part, found[name]?.[n] ?? null, 5));
      show(off, found.off, 3);
      said.textContent = found.by_key === null ? "The query is at 0: no move of a key changes a score, so only the rule is left." : `Key ${page.name(state.key)} has ${format(found.weight, 3)} of the weight. The first line moves that key along the query, by as much as raises its score by 1 and no other; the second is the formula above.`;
      picture.redraw();
    },
  };
}
