"""The last layer and its loss in one: the logits are never stored.

    z = h W^T + b                                      logits, a tile at a time
    L = -<t, log_softmax(z)> + z_loss sum(t) lse(z)^2  of each row
    G = dL / dz = sum(t) (1 + 2 z_loss lse) p - t
    h_bar = G W,   W_bar = G^T h,   b_bar = sum_i G_i

Forward mode and second order too, through h, W and b together; with a soft cap c, z is
c tanh of the logits over c.  What is held beyond the outputs is bounded by `memory`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ..adapters._arrays import as_seed, deliver
from ..adapters._function import MODES, ModeRefusal
from ..errors import Refusal, TypeRefusal
from ._linear_call import Call, gradients_of, logits_call, read_call, values_of
from ._linear_options import DEFAULTS, NAME, as_triple, read_out
from ._shown import Shown


class LinearCrossEntropy(Shown):
    """Cross-entropy of h W^T + b against targets, without storing the logits.

        z = h W^T + b,   z <- c tanh(z / c) with softcap=c
        L = -<t, log_softmax(z)> + z_loss sum(t) logsumexp(z)^2   of each row
        h_bar = G W,   W_bar = G^T h,   b_bar = sum_i G_i,   G = dL / dz

    The modes take the differentiable arguments as a tuple, (h, W) or (h, W, b), and
    give cotangents back so:

        loss, (h_bar, W_bar) = linear_cross_entropy.value_and_grad((h, W), targets)
        loss, loss_dot = linear_cross_entropy.jvp((h, W), (h_dot, None), targets)
        loss, pullback = linear_cross_entropy.vjp((h, W), targets, reduction="none")
        h_hv, W_hv = linear_cross_entropy.hvp((h, W), (h_dot, W_dot), targets)
        h_v, W_v = linear_cross_entropy.curvature((h, W), (h_dot, W_dot), targets, bar)
        lse = linear_cross_entropy.logsumexp(h, W, bias=b)
        ids = linear_cross_entropy.predict(h, W, bias=b)

    Parameters
    ----------
    h : array (..., D)
        What the last layer reads, one row for each example.
    W : array (V, D)
        A row for each class; transposed and sliced views are taken as they lie.
    targets : array
        Class ids (integers, shape of h without its last axis) or probabilities
        (floats, (..., V)): decided by dtype and shape together.
    bias : array (V,) or None
        Added to the logits; -inf takes a class out: its row of W is never read.
    reduction : "mean", "sum" or "none"
        The mean is over the weights of the targets; 0 where there are none.
    label_smoothing : float
        Share of each target spread evenly over the classes that are alive.
    weight : array (V,)
        A weight for each class, >= 0.
    ignore_index : int
        Rows with this class id take no part: they are not even computed.
    softcap : float
        c > 0, in the units of the logits.
    z_loss : float
        >= 0; the penalty counts as much as the row's targets do.
    memory : int, or array of uint8
        Bytes that may be held beyond the outputs, 2**26 unless told otherwise; or
        bytes to work in, which spare a training loop the paging in of new ones (for
        one call at a time).  More of it, up to 512 rows of logits, makes gradients
        faster.  BLAS's own buffers, and h_bar in float32 where the inputs are
        narrower, come on top.
    out : tuple of arrays
        Of value_and_grad, grad and hvp: where the answers for h, W and b go.

    Returns
    -------
    scalar of the arguments' common dtype; one number a row with reduction="none"

    Refused
    -------
    value_and_grad, grad and hvp with reduction="none", whose answers would be a W for
    each row: vjp takes a cotangent a row.  Derivatives by the targets, weights and
    options.  Shapes and options that do not fit: softjet.Refusal, with what came and
    what was wanted.

    Accuracy
    --------
    Half precision and float32 are computed in float32, with the sums and losses of rows
    in float64, and rounded once.  With a = max_j u (D + 2) (<|h|, |W_j|> + |b_j|), what
    the products of a row may be off by: the loss 2 a + 4 u loss, logsumexp a + u of
    itself, each entry of G (2 a + 8 u) (p_j sum(t) + t_j); and h_bar, W_bar the sums of
    that with abs(W), abs(h), plus (2048 + V / 2^13) u and (512 + N / 64) u times the
    sums of absolute products.  No error grows with the offset of the logits or of a
    tangent, and none of the losses with V.  tests/fused holds all of it.

    Source
    ------
    Milakov and Gimelshein (2018), "Online normalizer calculation for softmax"; the
    merge of sums over tiles.  Chowdhery et al. (2022), PaLM, for the z-loss.

    See also
    --------
    cross_entropy : the same of logits that are there already

    Examples
    --------
    >>> import numpy as np, softjet as sj
    >>> h, W = np.eye(3, 2), np.array([[2.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    >>> loss, (h_bar, W_bar) = sj.linear_cross_entropy.value_and_grad((h, W), [0, 1, 2])
    >>> bool(np.isclose(loss, sj.cross_entropy(h @ W.T, [0, 1, 2])))
    True
    >>> sj.linear_cross_entropy.predict(h, W)
    array([0, 1, 0])
    """

    def __init__(self) -> None:
        self.__name__ = self.__qualname__ = NAME
        self.__signature__ = _signature()

    def __repr__(self) -> str:
        return f"<softjet function {NAME}{self.__signature__}>"

    def __reduce__(self) -> str:
        return NAME

    def __call__(
        self,
        h: Any,
        W: Any,
        targets: Any,
        *extra: Any,
        bias: Any = None,
        **options: Any,
    ) -> Any:
        if extra:
            _refuse_positional(extra)
        call = read_call((h, W, bias), targets, options, NAME)
        return call.reduced(values_of(call)[0])

    def jvp(
        self, primals: Any, tangents: Any, targets: Any, **options: Any
    ) -> tuple[Any, Any]:
        """The loss, and its derivative along the tangents, in one pass."""
        given = as_triple(primals, "primals")
        call = read_call(given, targets, options, f"{NAME}.jvp", tangents)
        loss, loss_dot = values_of(call)
        return call.reduced(loss), call.reduced(loss_dot)

    def vjp(
        self, primals: Any, targets: Any, **options: Any
    ) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
        """The loss, and a function from its cotangent to those of (h, W) or (h, W, b).

        The pullback computes the logits anew, from the arrays that came: leave them as
        they are until it is called.
        """
        given = as_triple(primals, "primals")
        call = read_call(given, targets, options, f"{NAME}.vjp", holds=True)

        def pullback(loss_bar: Any) -> tuple[Any, ...]:
            """The cotangents of h, W and b: the gradient times loss_bar."""
            return gradients_of(call, _cotangent(call, loss_bar))[1]

        return call.reduced(values_of(call)[0]), pullback

    def grad(
        self, primals: Any, targets: Any, *, out: Any = None, **options: Any
    ) -> tuple[Any, ...]:
        """The gradients by h, W and b; into the arrays of the tuple `out`, if given."""
        return self._value_and_grad(primals, targets, options, out, "grad")[1]

    def value_and_grad(
        self, primals: Any, targets: Any, *, out: Any = None, **options: Any
    ) -> tuple[Any, tuple[Any, ...]]:
        """The loss and its gradients by h, W and b, in one pass.

        `out`, a tuple of arrays that overlap no argument, is where the gradients go:
        new memory for W_bar may cost a tenth of the time.
        """
        return self._value_and_grad(primals, targets, options, out, "value_and_grad")

    def curvature(
        self,
        primals: Any,
        tangents: Any,
        targets: Any,
        loss_bar: Any,
        **options: Any,
    ) -> tuple[Any, ...]:
        """The derivative along the tangents of the pullback of loss_bar."""
        given, called = as_triple(primals, "primals"), f"{NAME}.curvature"
        call = read_call(given, targets, options, called, tangents, holds=True)
        return gradients_of(call, _cotangent(call, loss_bar))[1]

    def hvp(
        self,
        primals: Any,
        tangents: Any,
        targets: Any,
        *,
        out: Any = None,
        **options: Any,
    ) -> tuple[Any, ...]:
        """The Hessian of the loss, through h, W and b together, times the tangents."""
        given, called = as_triple(primals, "primals"), f"{NAME}.hvp"
        call = read_call(given, targets, options, called, tangents, holds=True)
        _refuse_apart(call, "hvp")
        return gradients_of(
            call, np.ones(()), read_out(out, call.arrays, call.way.dots)
        )[1]

    def logsumexp(self, h: Any, W: Any, *, bias: Any = None, **options: Any) -> Any:
        """The logsumexp of every row of logits, without the logits."""
        call = logits_call(h, W, bias, options, "logsumexp")
        rows = [call.way.merged(block).logsumexp for block in call.way.row_blocks()]
        numbers = np.concatenate(rows) if rows else np.zeros(0)
        return deliver(numbers.reshape(call.arrays.batch), call.arrays.dtype)

    def predict(self, h: Any, W: Any, *, bias: Any = None, **options: Any) -> Any:
        """The class of the largest logit of every row, the first of equals."""
        call = logits_call(h, W, bias, options, "predict")
        if not call.arrays.logits[-1]:
            raise Refusal(
                "layer-classes",
                "there is no class to predict",
                got=f"W {call.arrays.primals.W.shape}",  # type: ignore[union-attr]
                want="one class or more",
            )
        rows = [call.way.best(block) for block in call.way.row_blocks()]
        numbers = np.concatenate(rows) if rows else np.zeros(0, np.int64)
        return numbers.reshape(call.arrays.batch)[()]

    def _value_and_grad(
        self, primals: Any, targets: Any, options: dict[str, Any], out: Any, mode: str
    ) -> tuple[Any, tuple[Any, ...]]:
        given, called = as_triple(primals, "primals"), f"{NAME}.{mode}"
        call = read_call(given, targets, options, called, holds=True)
        _refuse_apart(call, mode)
        return gradients_of(
            call, np.ones(()), read_out(out, call.arrays, call.way.dots)
        )

    def __getattr__(self, name: str) -> Any:
        if name not in MODES:
            raise AttributeError(f"{NAME} has no attribute {name!r}")
        own = [mode for mode in MODES if hasattr(type(self), mode)]
        raise ModeRefusal(
            "mode-missing",
            f"{NAME} has no {name}: its inputs are matrices; jvp and vjp apply its "
            "Jacobian",
            got=f"{NAME}.{name}",
            want="one of " + ", ".join(own),
        )


def _cotangent(call: Call, loss_bar: Any) -> np.ndarray:
    shape = call.arrays.batch if call.apart else ()
    told = shape, call.arrays.dtype, "loss_bar", "the loss", NAME
    return as_seed(loss_bar, *told).astype(np.float64)


def _signature() -> inspect.Signature:
    kinds = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    given = [inspect.Parameter(name, kinds[0]) for name in ("h", "W", "targets")]
    keywords = {"bias": None, **DEFAULTS}
    return inspect.Signature(
        given + [inspect.Parameter(n, kinds[1], default=d) for n, d in keywords.items()]
    )


def _refuse_positional(extra: tuple[Any, ...]) -> None:
    raise TypeRefusal(
        "option-positional",
        f"{NAME} takes its options as keywords",
        got=f"{len(extra)} more by position",
        want="h, W, targets, then keywords",
        hint="bias=..." if np.ndim(extra[0]) == 1 else None,
    )


def _refuse_apart(call: Call, mode: str) -> None:
    if call.apart:
        raise Refusal(
            "reduction-rows",
            f'{mode} has no reduction="none": every row depends on all of W, and would '
            "have a W of its own",
            got='reduction="none"',
            want='"mean" or "sum"',
            hint="vjp, whose pullback takes a cotangent a row"
            if mode != "hvp"
            else "curvature, which takes a cotangent a row",
        )


linear_cross_entropy = LinearCrossEntropy()
