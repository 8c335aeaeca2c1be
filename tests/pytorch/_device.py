"""Calls of the four verbs, what two carriers answer, and what torch made on the way."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

NEEDS = "needs torch: pip install 'softjet[frameworks]'"
torch = pytest.importorskip("torch", reason=NEEDS)
_device = pytest.importorskip("softjet.torch._device", reason=NEEDS)
_numpy = pytest.importorskip("softjet.torch._numpy", reason=NEEDS)
_plan = pytest.importorskip("softjet.torch._plan", reason=NEEDS)
Mode = pytest.importorskip("torch.utils._python_dispatch", reason=NEEDS)
# Few numbers: two threads that wait for each other made these tests ten times slower
# where other processes kept the cores busy.
torch.set_num_threads(1)
Tensor = Any
INF, NAN = float("inf"), float("nan")
MODES = ("value", "pushforward", "pullback", "curvature")
DTYPES = (torch.float64, torch.float32, torch.bfloat16, torch.float16)
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=str)


def drawn(*shape: int, seed: int = 0, dtype: Any = torch.float64) -> Tensor:
    generator = torch.Generator().manual_seed(seed + 31 * len(shape) + sum(shape))
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)


def uniform(*shape: int, seed: int = 0, dtype: Any = torch.float64) -> Tensor:
    generator = torch.Generator().manual_seed(seed + 31 * len(shape) + sum(shape))
    return torch.rand(shape, generator=generator, dtype=torch.float64).to(dtype)


@dataclass
class Ask:
    """A plan with its tensors; seeds are drawn where none are told."""

    function: str
    primals: tuple[Tensor, ...]
    given: tuple[Tensor, ...] = ()
    told: Any = None
    tangents: tuple[Tensor, ...] | None = None
    cotangent: Tensor = None

    @property
    def plan(self) -> Any:
        return _plan.Plan.of(self.function, **(self.told or {}))

    def seeded(self) -> Ask:
        """The same with all of its seeds."""
        tangents, bar = self.tangents, self.cotangent
        if tangents is None:
            tangents = tuple(
                None if x is None else drawn(*x.shape, seed=7 + k, dtype=x.dtype)
                for k, x in enumerate(self.primals)
            )
        if bar is None:
            y = _numpy.value(self.plan, self.primals, self.given)
            bar = drawn(*y.shape, seed=11, dtype=y.dtype)
        return replace(self, tangents=tangents, cotangent=bar)

    def answer(self, carrier: Any, mode: str) -> tuple[Tensor, ...]:
        seeds = {
            "value": (),
            "pushforward": (self.tangents,),
            "pullback": (self.cotangent,),
            "curvature": (self.tangents, self.cotangent),
        }[mode]
        verb = getattr(carrier, mode)
        found = verb(self.plan, self.primals, self.given, *seeds)
        return found if isinstance(found, tuple) else (found,)

    def tensors(self) -> Iterator[Tensor]:
        """All that a verb is given."""
        for part in (self.primals, self.given, self.tangents or (), [self.cotangent]):
            yield from (x for x in part if x is not None)


def agree(ask: Ask, units: float, floor: float = 1.0, modes: Any = MODES) -> None:
    """The device answers as NumPy does: the same where that is not finite, and within
    so many roundings of the largest entry of a row."""
    ask = ask.seeded()
    before = [x.clone() for x in ask.tensors()]
    for mode in modes:
        pair = ask.answer(_device, mode), ask.answer(_numpy, mode)
        for number, (got, want) in enumerate(zip(*pair, strict=True)):
            told = mode, number, ask.function, ask.told
            if want is None:
                assert got is None, told
            else:
                close(got, want, units, floor, told)
    for x, kept in zip(ask.tensors(), before, strict=True):
        assert torch.equal(x.nan_to_num(nan=77.0), kept.nan_to_num(nan=77.0))


def close(got: Tensor, want: Tensor, units: float, floor: float, told: Any) -> None:
    assert got.shape == want.shape, told
    assert got.dtype == want.dtype, told
    u = torch.finfo(got.dtype).eps / 2
    got, want = got.double(), want.double()
    live = torch.isfinite(want)
    same = torch.where(
        live, torch.isfinite(got), (got == want) | (got.isnan() & want.isnan())
    )
    assert bool(same.all()), (told, got, want)
    off = torch.where(live, (got - want).abs(), 0.0)
    size = torch.where(live, want.abs(), 0.0)
    if got.ndim and got.numel():
        off, size = off.amax(-1), size.amax(-1)
    worst = off / (u * size.clamp(min=floor))
    assert float(worst.max() if worst.numel() else 0.0) <= units, (told, worst.max())


class Watching(Mode.TorchDispatchMode):
    """Counts the bytes that are held at once, and looks at data.

    Storages count from the operation that made them until the last tensor on them is
    gone.
    """

    LOOKS = ("_local_scalar_dense", "nonzero", "masked_select", "is_nonzero", "equal")

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[int, tuple[int, int]] = {}
        self.now = self.peak = self.largest = 0
        self.looks: list[str] = []
        self.dtypes: set[Any] = set()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        name = func.overloadpacket.__name__
        if name in self.LOOKS:
            self.looks.append(name)
        for tensor in out if isinstance(out, (tuple, list)) else (out,):
            if isinstance(tensor, torch.Tensor):
                self._keep(tensor)
        return out

    def _keep(self, tensor: Tensor) -> None:
        self.dtypes.add(tensor.dtype)
        storage = tensor.untyped_storage()
        place, size = storage.data_ptr(), storage.nbytes()
        if not size or place in self.known:
            return
        count = self.held.get(place, (0, 0))[0]
        if not count:
            self.now += size
            self.peak, self.largest = max(self.peak, self.now), max(self.largest, size)
        self.held[place] = count + 1, size
        weakref.finalize(tensor, self._drop, place)

    def _drop(self, place: int) -> None:
        count, size = self.held[place]
        if count == 1:
            del self.held[place]
            self.now -= size
        else:
            self.held[place] = count - 1, size

    def over(self, ask: Ask, run: Callable[[], Any]) -> int:
        """Bytes held at once by a run, beyond its arguments and its answers."""
        self.known = {x.untyped_storage().data_ptr() for x in ask.tensors()}
        with self:
            out = run()
        made = [x for x in out if x is not None]
        return self.peak - sum(x.numel() * x.element_size() for x in made)
