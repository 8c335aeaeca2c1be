// The page: one state, one payload, and whoever wants to know.  Scenes see only this.

import { read, resized, start, write } from "./address.js";

export function page(schema, carrierOf, { paint, trouble }) {
  let state = start(schema, schema.logits.length);
  let payload = null;
  let newest = 0;
  let due = false;
  const root = document.documentElement;

  const carrier = carrierOf({
    trouble,
    reply(message, id) {
      if (message.refusal !== undefined) {
        trouble(message.refusal ? sentence(message.refusal) : "");
        if (payload && message.refusal) state = { ...payload.state };
        root.dataset.settled = id;
        return;
      }
      trouble("");
      payload = message.payload;
      root.dataset.received = id;
      if (carrier.frozen || id === newest) state = { ...payload.state };
      if (!due) requestAnimationFrame(draw);
      due = true;
    },
  });

  function draw() {
    due = false;
    paint(payload);
    // For tests and measurements: the request whose numbers are now on the page.
    root.dataset.settled = root.dataset.received;
  }

  function ask(moved) {
    newest += 1;
    root.dataset.wanted = newest;
    carrier.want(state, newest, moved);
  }

  function remember() {
    const fragment = write(schema, state);
    if (fragment !== location.hash) history.pushState(null, "", fragment);
  }

  window.addEventListener("popstate", () => open(location.hash));

  function open(fragment) {
    const raw = read(schema, fragment);
    const logits = Array.isArray(raw.logits) ? raw.logits : schema.logits;
    state = { ...start(schema, logits.length), ...raw };
    ask({ field: "scene", entry: null });
  }

  return {
    schema,
    open,
    frozen: carrier.frozen,
    get state() {
      return state;
    },
    name: (k) => state.names[k] || String(k),
    names: () => state.logits.map((_, k) => state.names[k] || String(k)),
    // One or more fields; `done` puts the state into the address and the history.
    set(changes, { done = true, entry = null } = {}) {
      const next = { ...state, ...changes };
      state = changes.logits ? resized(schema, next, changes.logits) : next;
      ask({ field: Object.keys(changes)[0], entry });
      if (done && !carrier.frozen) remember();
    },
    // One entry of a field that has one per class.
    setEntry(field, k, value, done = false) {
      const entries = [...state[field]];
      if (value !== null) entries[k] = value;
      this.set({ [field]: entries }, { done, entry: k });
    },
    judge: () => carrier.judge(state),
    table: (text) => carrier.table(text),
  };
}

export function sentence(refusal) {
  const hint = refusal.hint ? ` Try ${refusal.hint}.` : "";
  return `${refusal.problem}: got ${refusal.got}, want ${refusal.want}.${hint}`;
}
