"""The pages of notes and questions: what a choice means, what an answer would be."""

from __future__ import annotations

from typing import NamedTuple


class Remark(NamedTuple):
    """What stands behind one line of a report."""

    code: str
    name: str
    why: str
    hint: str = ""


NOTES = (
    Remark(
        "SJ201",
        "examples are columns",
        "It is right for (K, N) and wrong for (N, K): the classes lie along axis 0. "
        "That is a choice, as long as everything around it makes the same.",
    ),
    Remark(
        "SJ202",
        "one example a call",
        "It takes one row, or one number, and raises for a batch. It was judged one "
        "row at a time, so nothing can be said about batches.",
        "To take batches, reduce along axis=-1 with keepdims=True.",
    ),
    Remark(
        "SJ203",
        "a sum, or the rows' losses, where most take the mean",
        "It was judged as what it is. The gradient must belong to the same reduction: "
        "that of a sum is N times that of a mean.",
    ),
    Remark(
        "SJ204",
        "a row without a live entry",
        "Every logit is -inf or masked. exp(-inf) / 0 is 0 / 0, so the formula says "
        "NaN, in torch, JAX and SciPy too. softjet gives probabilities 0 and "
        "derivatives 0 (softjet.edges()).",
    ),
    Remark(
        "SJ205",
        "a wider dtype comes back",
        "The answer has more digits than what was handed in; memory and what follows "
        "are wider too.",
    ),
    Remark(
        "SJ206",
        "a narrower dtype comes back",
        "Digits of the input are dropped. It was judged by the precision that came "
        "back.",
    ),
    Remark(
        "SJ207",
        "targets are one-hot rows",
        "Rows that are no class but a distribution, such as smoothed labels, give "
        "something else than their cross-entropy. If they never come, it is right.",
        "With probabilities t: -sum(t * log_softmax(x)), and y * sum(t) - t.",
    ),
    Remark(
        "SJ208",
        "no digit left on a confident row",
        "Where one probability rounds to 1, log(sum) - x cancels: the loss is 0 or off "
        "by its own size. The textbook formula does this in every framework.",
        "Keep the largest term out of the sum: log1p of the sum of the others.",
    ),
    Remark(
        "SJ209",
        "integer logits raise",
        "Refusing is a choice; what is a mistake is to answer in integers.",
    ),
    Remark(
        "SJ210",
        "what the names left open",
        "The names of the arguments allow more than one reading. It was called in the "
        "way that the note says, because that one is right, or comes closest.",
        "Name them x (input), y (output), y_bar (cotangent), x_dot (tangent), targets.",
    ),
    Remark(
        "SJ211",
        "it follows from the value",
        "The value is wrong, and this piece is right for a right value or stands on "
        "it. Mend the value, then judge again.",
    ),
    Remark(
        "SJ212",
        "float16 sums of a long row",
        "Adding small terms in float16 stalls at 2048 and overflows at 65504, so the "
        "probabilities of a long row do not sum to 1.",
        "Sum in float32: np.sum(e, axis=-1, keepdims=True, dtype=np.float32).",
    ),
    Remark(
        "SJ213",
        "K x K numbers for a product",
        "The Jacobian of every row is built to be multiplied once. At K = 50000 one "
        "row needs 20 GB.",
        "y * (dy - sum(y * dy)) is the same product, in K numbers.",
    ),
    Remark(
        "SJ214",
        "a target of 0 times a logarithm of 0",
        "With one-hot rows, a class whose logit is -inf adds 0 * -inf, which is NaN, "
        "though no target is there. torch and optax do the same.",
        "np.where(t > 0, t * log_y, 0), or class ids.",
    ),
    Remark(
        "SJ215",
        "no derivative by its own library",
        "What the library could not derive was not judged: torch has no forward mode "
        "of a Function without a jvp, and no second order of a backward that is marked "
        "once differentiable.",
    ),
    Remark(
        "SJ216",
        "a derivative of one row beside a value of batches",
        "The value is right for a batch and the derivative raises for it, so the two "
        "cannot be used together. It was judged on batches, as the value was.",
        "Mend the derivative; if all of them are meant for one row, say layout row.",
    ),
)
QUESTIONS = (
    Remark(
        "SJ301",
        "which argument is which?",
        "A backward pass may read y, or x, or both, in any order. The names decide, "
        "and these do not; read as it is not meant, a wrong function can be right.",
        "Name them x (input), y (output), y_bar (cotangent), x_dot (tangent), targets, "
        "or wrap the function in a lambda with these names.",
    ),
    Remark(
        "SJ302",
        "rows or columns?",
        "It is right for examples in columns and wrong for examples in rows. One is "
        "what is meant, and the other is the most common mistake of all.",
        "Say --layout columns or --layout rows; in Python layout=.",
    ),
    Remark(
        "SJ303",
        "how is it made?",
        "The class cannot be made without arguments, so there is no object to call.",
        "Give an object of it, or a function that makes one.",
    ),
    Remark(
        "SJ304",
        "what is to be judged?",
        "Nothing was handed over.",
        "Give the function itself, or one of vjp, jvp, jacobian, gradient.",
    ),
    Remark(
        "SJ305",
        "what is it?",
        "What was handed over cannot be called.",
        "Give a function, a class with forward and backward, or an object of one.",
    ),
    Remark(
        "SJ306",
        "what is this keyword?",
        "It has no default and its name says nothing here, so no call can be made. A "
        "function that cannot be called has shown no mistake.",
        "Give it a default, or wrap the function in a lambda that sets it.",
    ),
)
