// The state in the address: #function?logits=2,1,0&temperature=0.5.  A fragment never
// leaves the browser, and only what differs from the start is written.

export function start(schema, classes) {
  const state = { scene: schema.scenes[0].name, logits: schema.logits, names: [] };
  for (const field of Object.values(schema.fields)) state[field.name] = begin(field, classes);
  return state;
}

function begin(field, classes) {
  if (field.kind !== "vector") return field.default;
  return Array.from({ length: classes }, (_, k) => field.pattern[k % field.pattern.length]);
}

export function write(schema, state) {
  const first = start(schema, state.logits.length);
  const parts = [];
  for (const [name, value] of Object.entries(state)) {
    if (name === "scene" || String(value) === String(first[name])) continue;
    const texts = Array.isArray(value) ? value.map((v) => encodeURIComponent(v)) : [value];
    parts.push(`${name}=${texts.join(",")}`);
  }
  return `#${state.scene}${parts.length ? "?" : ""}${parts.join("&")}`;
}

// What the address says, as raw values: the library judges whether they are good.
export function read(schema, fragment) {
  const [scene, query] = fragment.replace(/^#/, "").split("?");
  const raw = { ...(scene && { scene }) };
  for (const part of (query || "").split("&")) {
    const [name, text] = part.split("=");
    if (text !== undefined) raw[name] = value(schema.fields[name], name, text);
  }
  return raw;
}

function value(field, name, text) {
  if (name === "names") return text ? text.split(",").map(decoded) : [];
  if (name === "logits" || field?.kind === "vector") return text.split(",").map(number);
  if (field?.kind === "flag") return text === "true";
  return field?.kind === "choice" || !field ? decoded(text) : number(text);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function number(text) {
  const found = Number(text);
  return text.trim() === "" || Number.isNaN(found) ? text : found;
}

// The same state with another row of logits: what is per class follows their number.
export function resized(schema, state, logits) {
  const next = { ...state, logits };
  const classes = logits.length;
  if (next.names.length !== classes) next.names = [];
  for (const field of Object.values(schema.fields)) {
    const old = next[field.name];
    if (field.kind === "vector")
      next[field.name] = begin(field, classes).map((v, k) => old[k] ?? v);
    if (field.kind === "whole" && field.high < 0)
      next[field.name] = Math.min(old, classes - 1);
  }
  return next;
}
