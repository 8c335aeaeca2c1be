// Many numbers that are only drawn, from one short string; the library packs them.

const STEPS = 32767;

// {shape, limit, data} to nested arrays of that shape.
export function unpacked({ shape, limit, data }) {
  const text = atob(data);
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  let place = 0;
  const nest = (depth) => {
    const found = new Array(shape[depth]);
    for (let n = 0; n < found.length; n += 1) {
      if (depth + 1 < shape.length) found[n] = nest(depth + 1);
      else {
        found[n] = (view.getInt16(place, true) * limit) / STEPS;
        place += 2;
      }
    }
    return found;
  };
  return nest(0);
}
