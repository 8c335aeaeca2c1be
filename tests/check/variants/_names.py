"""Which known bugs are the right name of a specimen's mistake.

The first twenty-nine codes are the numbers of the catalogue of classic bugs, which is
what FAMILY counts in; some families have narrower names too.  A specimen of no family
is named only where a known bug's own text says its mistake, and its mended line mends
it.
"""

from __future__ import annotations

KIN = {
    5: {"SJ081"},  # the wrong axis, in attention
    4: {"SJ008"},  # the value's twin of a derivative's bug
    14: {"SJ074"},  # the slope again, of the sigmoid
    20: {"SJ036", "SJ073"},  # the log of a rounded probability, clipped or of a sigmoid
    26: {"SJ040", "SJ083"},  # a temperature misplaced; the scale of attention
}
NEW = {
    "attention_unscaled": {"SJ080"},
    "binary_cross_entropy_no_abs": {"SJ076"},
    "cross_entropy_ignored_rows_counted": {"SJ060"},
    "cross_entropy_smoothing_not_divided": {"SJ056"},  # "or do not sum to 1"
    "log_softmax_backward_no_sum": {"SJ047"},
    "log_softmax_uses_softmax_backward": {"SJ048"},
    "logsumexp_hard_gradient": {"SJ078"},
    "logsumexp_max_not_added": {"SJ034"},
    "softmax_backward_last_jacobian": {"SJ003"},  # "a loop that keeps one"
    "sigmoid_derivative_of_output": {"SJ050"},
    "softmax_backward_mean_of_products": {"SJ011"},  # "np.sum(y * dy), and no mean"
    "softmax_backward_plus": {"SJ044"},
    "softmax_backward_precedence": {"SJ012"},  # "factor y in front forgotten"
    "softmax_clipped_logits": {"SJ036"},
    "softmax_eps_below": {"SJ035"},
    "softmax_jacobian_wrong_index": {"SJ046"},  # "-y_i y_i for the second"
    "softmax_shift_by_abs_max": {"SJ033"},
    "softmax_shift_by_first": {"SJ033"},
    "torch_loss_ignores_upstream": {"SJ049"},
}
# Found by a broken law, and by no known bug's name.
UNNAMED = {"softmax_lists_assigns"}


def accepted(name: str, family: tuple[int, ...] | str) -> set[str]:
    """The codes that name this specimen's mistake."""
    codes = set(NEW.get(name, set()))
    if isinstance(family, str):
        return codes
    for number in family:
        codes |= {f"SJ{number:03d}"} | KIN.get(number, set())
    return codes
