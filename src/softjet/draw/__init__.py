"""Pictures: arrays in, matplotlib Axes out.

    softmax_curves, softmax_surfaces      softmax over one and over two of its logits
    gaussians                             classes whose posterior is a softmax
    input_space_3, _4, _5                 which logits go to which class
    jacobian, jacobian_parts              the matrix; diag(y) less y y^T
    simplex, simplex_contours             points; lines of equal entropy, equal loss
    simplex_fields, push_and_pull         descent in both spaces; tangents, cotangents
    loss_curves, temperature, attention   what each does to a row
    logit_paths, ulps                     what training did; how wrong an answer is
    confusion, reliability, mean_jacobian, objective_curve, gap_curve, weight_bars,
    weight_images                         the pictures of softjet fit's report

Every function takes arrays and `ax=None`, computes what it shows with softjet's own
functions, and returns its Axes (an array of them where it needs several).  Figures are
made without pyplot: drawing needs no display and leaves no state behind.  To keep one:
`axes.figure.savefig("name.png")`, or `softjet draw NAME --out FILE`.
"""

from softjet.draw.attention import attention
from softjet.draw.confusion import confusion
from softjet.draw.curve import gap_curve, objective_curve
from softjet.draw.gaussians import gaussians
from softjet.draw.input_space import input_space_3, input_space_4, input_space_5
from softjet.draw.jacobian import jacobian, jacobian_parts
from softjet.draw.logit_paths import logit_paths
from softjet.draw.loss_curves import loss_curves
from softjet.draw.mean_jacobian import mean_jacobian
from softjet.draw.push_and_pull import push_and_pull
from softjet.draw.reliability import reliability
from softjet.draw.simplex import simplex, simplex_contours
from softjet.draw.simplex_fields import simplex_fields
from softjet.draw.softmax_curves import softmax_curves
from softjet.draw.softmax_surfaces import softmax_surfaces
from softjet.draw.temperature import temperature
from softjet.draw.ulps import ulps
from softjet.draw.weights import weight_bars, weight_images

__all__ = [
    "attention",
    "confusion",
    "gap_curve",
    "gaussians",
    "input_space_3",
    "input_space_4",
    "input_space_5",
    "jacobian",
    "jacobian_parts",
    "logit_paths",
    "loss_curves",
    "mean_jacobian",
    "objective_curve",
    "push_and_pull",
    "reliability",
    "simplex",
    "simplex_contours",
    "simplex_fields",
    "softmax_curves",
    "softmax_surfaces",
    "temperature",
    "ulps",
    "weight_bars",
    "weight_images",
]
