"""Attention's kernels: blocks of queries by keys, and what they are made from.

forward             the value, and its pushforward
backward, settle    the pullback, and the curvature
put_lines, put_panels    arrays as the blocks read them
"""

from ._attention_backward import backward
from ._attention_backward import room_of as room_of_backward
from ._attention_block import Plan
from ._attention_forward import forward
from ._attention_forward import room_of as room_of_forward
from ._attention_layout import count, put_lines, put_panels
from ._attention_settle import settle

__all__ = [
    "Plan",
    "backward",
    "count",
    "forward",
    "put_lines",
    "put_panels",
    "room_of_backward",
    "room_of_forward",
    "settle",
]
