// Surfaces over a square of two numbers, in a box whose limits are fixed.

import { space } from "./space.js";

const TALL = 0.62; // half the height of the box; half its width is 1
const ABOVE = 8; // pixels: a line on a surface is not hidden by the faces that it lies on

// options: label, height, limits: {x, y, z}, marks: [x, y, z] names of the axes, floor: the z
//          of the outline, tall: half the height of the box, middle: the z in the middle of
//          the canvas; view and knobs as of a space
// paint({sheets: [{x: [..], y: [..], z: [[..]], colour, classes: [[k]]}],
//        paths: [{points: [[x, y, z]..], colour}], dots: [{at, colour}]}); with classes,
//        each face has the colour of its class
export function mesh(options) {
  const { limits, tall = TALL } = options;
  const drawn = space({ ...options, reach: options.reach ?? 1.45, view: options.view ?? { turn: -0.6, lift: 0.45 } });
  const middle = options.middle ?? (limits.z[0] + limits.z[1]) / 2;
  const place = ([x, y, z]) => [unit(x, limits.x), unit(y, limits.y), tall * (unit(z, limits.z) - unit(middle, limits.z))];

  function faces({ x, y, z, colour, opacity, classes, k }) {
    const at = z.map((row, j) => row.map((v, i) => place([x[i], y[j], v])));
    const found = [];
    for (let j = 0; j + 1 < at.length; j += 1)
      for (let i = 0; i + 1 < at[j].length; i += 1) {
        // Infinity and NaN arrive as words: no face there.
        if ([at[j][i], at[j][i + 1], at[j + 1][i + 1], at[j + 1][i]].some((point) => !Number.isFinite(point[2]))) continue;
        const own = classes ? classes[j][i] : k;
        const face = { points: [at[j][i], at[j][i + 1], at[j + 1][i + 1], at[j + 1][i]], opacity, k: own };
        found.push({ ...face, colour: classes ? `--c${own % 8}` : colour });
      }
    return found;
  }

  // The outline of the floor, and a name beside each of its axes.
  function floor() {
    const [[a, b], [c, d], z] = [limits.x, limits.y, options.floor ?? limits.z[0]];
    const corners = [[a, c, z], [b, c, z], [b, d, z], [a, d, z], [a, c, z]];
    return { points: corners.map(place), colour: "--soft", width: 1 };
  }

  function names() {
    const marks = options.marks ?? [];
    const [, , low] = place([0, 0, options.floor ?? limits.z[0]]);
    const away = [[0, -1.36, low - 0.04], [-1.4, 0, low - 0.04], [-1.2, -1.2, 0]];
    return marks.map((text, n) => ({ at: away[n], text, colour: "--soft" }));
  }

  return {
    element: drawn.element,
    knobs: drawn.knobs,
    paint({ sheets = [], paths = [], dots = [] }) {
      drawn.paint({
        faces: sheets.flatMap(faces),
        paths: [floor(), ...paths.map((path) => ({ ...path, above: ABOVE, points: path.points.map(place) }))],
        dots: dots.map((dot) => ({ ...dot, at: place(dot.at) })),
        words: names(),
      });
    },
  };
}

function unit(value, [low, high]) {
  return (2 * (value - low)) / (high - low) - 1;
}
