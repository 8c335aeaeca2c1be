// The builders of the scenes, by the names that the library gives them.

import { build as buildAttention } from "./attention.js";
import { build as buildCrossEntropy } from "./cross_entropy.js";
import { build as buildFunction } from "./function.js";
import { build as buildGraphs } from "./graphs.js";
import { build as buildInputSpace } from "./input_space.js";
import { build as buildJacobian } from "./jacobian.js";
import { build as buildMaps } from "./maps.js";
import { build as buildTraining } from "./training.js";

export const BUILDERS = {
  function: buildFunction,
  graphs: buildGraphs,
  input_space: buildInputSpace,
  jacobian: buildJacobian,
  maps: buildMaps,
  cross_entropy: buildCrossEntropy,
  training: buildTraining,
  attention: buildAttention,
};
