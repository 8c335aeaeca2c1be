"""The scenes, in the order of the page; docs/design/explore.md says how to add one."""

from __future__ import annotations

from softjet.explore.scenes import cross_entropy, function, jacobian, maps
from softjet.explore.scenes._scene import Scene, Task

SCENES: dict[str, Scene] = {
    module.scene.name: module.scene
    for module in (function, jacobian, maps, cross_entropy)
}

__all__ = ["SCENES", "Scene", "Task"]
