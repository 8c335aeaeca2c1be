"""The scenes, in the order of the page; docs/design/explore.md says how to add one."""

from __future__ import annotations

from softjet.explore.scenes import (
    attention,
    cross_entropy,
    function,
    graphs,
    input_space,
    jacobian,
    maps,
    training,
)
from softjet.explore.scenes._scene import Scene, Task

SCENES: dict[str, Scene] = {
    module.scene.name: module.scene
    for module in (
        function,
        graphs,
        input_space,
        jacobian,
        maps,
        cross_entropy,
        training,
        attention,
    )
}

__all__ = ["SCENES", "Scene", "Task"]
