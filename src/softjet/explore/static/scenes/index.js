// The builders of the scenes, by the names that the library gives them.

import { build as buildCrossEntropy } from "./cross_entropy.js";
import { build as buildFunction } from "./function.js";
import { build as buildJacobian } from "./jacobian.js";
import { build as buildMaps } from "./maps.js";

export const BUILDERS = {
  function: buildFunction,
  jacobian: buildJacobian,
  maps: buildMaps,
  cross_entropy: buildCrossEntropy,
};
