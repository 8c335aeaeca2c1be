"""Modules with torch.nn's names, arguments and states, on softjet's functions.

Each is torch's own module but for its forward: `repr`, `state_dict`, pickles and
checks of type are torch's.
"""

from __future__ import annotations

from typing import Any

from torch import nn as _nn

from ..errors import Refusal
from . import _functions as functions

Tensor = Any


class Softmax(_nn.Softmax):
    def forward(self, input: Tensor) -> Tensor:
        return functions.softmax(input, self.dim)


class LogSoftmax(_nn.LogSoftmax):
    def forward(self, input: Tensor) -> Tensor:
        return functions.log_softmax(input, self.dim)


class Sigmoid(_nn.Sigmoid):
    def forward(self, input: Tensor) -> Tensor:
        return functions.sigmoid(input)


class LogSigmoid(_nn.LogSigmoid):
    def forward(self, input: Tensor) -> Tensor:
        return functions.log_sigmoid(input)


class Softplus(_nn.Softplus):
    def forward(self, input: Tensor) -> Tensor:
        return functions.softplus(input, self.beta, self.threshold)


class CrossEntropyLoss(_nn.CrossEntropyLoss):
    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return functions.cross_entropy(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class BCEWithLogitsLoss(_nn.BCEWithLogitsLoss):
    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return functions.binary_cross_entropy(
            input,
            target,
            weight=self.weight,
            reduction=self.reduction,
            pos_weight=self.pos_weight,
        )


class LinearCrossEntropyLoss(_nn.LinearCrossEntropyLoss):
    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        if self.out_features:
            raise Refusal(
                "out-features",
                "the loss of several outputs a row is not built",
                got=f"out_features={self.out_features}",
                want="out_features=(), and the outputs as rows of the input",
            )
        return functions.linear_cross_entropy(
            input,
            self.linear.weight,
            target,
            linear_bias=self.linear.bias,
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )


__all__ = [
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "LinearCrossEntropyLoss",
    "LogSigmoid",
    "LogSoftmax",
    "Sigmoid",
    "Softmax",
    "Softplus",
]
