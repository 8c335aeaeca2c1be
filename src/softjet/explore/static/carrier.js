// Carriers of the wire.  While dragging, the latest wins: at most one request is under
// way, the newest state goes out when its reply is back, and what is stale is dropped.

const AGAIN_AFTER = 2000; // ms until a socket that was lost is tried again

export function live({ reply, trouble }) {
  const waiting = new Map();
  let count = 0;
  let socket = null;
  let wanted = null;
  let flying = false;

  function open() {
    const next = new WebSocket(`ws://${location.host}/live`);
    next.onopen = () => {
      socket = next;
      trouble("");
    };
    next.onmessage = (event) => take(JSON.parse(event.data));
    next.onclose = (event) => lost(next, event.code);
  }

  function lost(closed, code) {
    if (socket === closed) socket = null;
    if (code === 1009) trouble("The message is too long for the library: nothing changed.");
    const open_questions = [...waiting.values()];
    waiting.clear();
    for (const question of open_questions) post(question.message, question.done);
    setTimeout(open, AGAIN_AFTER);
  }

  function take(message) {
    const question = waiting.get(message.id);
    waiting.delete(message.id);
    question?.done(message);
  }

  // Without a socket (a proxy in between, or not open yet) a POST carries the same.
  function post(message, done) {
    fetch("ask", { method: "POST", body: JSON.stringify(message) })
      .then((response) => (response.ok ? response.json() : response.text()))
      .then((got) => {
        if (typeof got === "string") throw new Error(got);
        trouble("");
        done(got);
      })
      .catch((error) => {
        const gone = error instanceof TypeError;
        trouble(gone ? "The library has stopped. Start softjet explore again." : error.message);
        done({ id: message.id, refusal: null });
      });
  }

  function send(body, done) {
    count += 1;
    const message = { id: count, ...body };
    if (socket?.readyState === WebSocket.OPEN) {
      waiting.set(count, { message, done });
      socket.send(JSON.stringify(message));
    } else post(message, done);
  }

  function fly() {
    const { state, id } = wanted;
    wanted = null;
    flying = true;
    send({ ask: "compute", state }, (message) => {
      flying = false;
      reply(message, id);
      if (wanted) fly();
    });
  }

  open();
  return {
    frozen: false,
    want(state, id) {
      wanted = { state, id };
      if (!flying) fly();
    },
    judge: (state) => asked({ ask: "judge", state }),
    table: (text) => asked({ ask: "table", text }),
  };

  function asked(body) {
    return new Promise((done) => send(body, done));
  }
}

// In a page that was carried away: the nearest of the states computed ahead.
export function frozen({ reply }, kept) {
  const ahead = kept.scenes;
  return {
    frozen: true,
    want(state, id, moved) {
      reply({ payload: nearest(ahead[state.scene], state, moved) }, id);
    },
    judge: async (state) => ({ judged: ahead[state.scene].judged }),
    table: async () => ({ refusal: null }),
  };
}

// One slider at a time: the frame of what was moved last, the rest as it was kept.
function nearest(scene, state, { field, entry }) {
  const frame = scene.frames.find((f) => f.field === field && f.entry === entry);
  if (!frame) return scene.payload;
  const value = entry === null ? state[field] : state[field][entry];
  const distance = (v) => (typeof v === "number" ? Math.abs(v - value) : Number(v !== value));
  let place = 0;
  frame.values.forEach((v, n) => {
    if (distance(v) < distance(frame.values[place])) place = n;
  });
  return patched(scene.payload, frame.patches[place]);
}

// A patch holds what differs: objects by name, lists of equal length by place.
function patched(base, patch) {
  if (patch === null || typeof patch !== "object" || !("~" in patch)) return patch;
  const out = Array.isArray(base) ? [...base] : { ...base };
  for (const [name, part] of Object.entries(patch["~"])) out[name] = patched(base[name], part);
  return out;
}
