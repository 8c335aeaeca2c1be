"""The page's modules as one classic script: a file from disk may not import.

Each module becomes a function that returns what it exports, in the order in which they
need each other.  It reads two forms only, `import { a, b as c } from "./x.js";` and
`export function` or `export const`, and refuses a module that is written otherwise.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:function|const) (\w+)", re.MULTILINE)
_LEFT = re.compile(r"^\s*(?:import|export)\b|\bimport\s*\(", re.MULTILINE)


def bundle(files: Mapping[str, str], entry: str = "main.js") -> str:
    """One script that does what loading the entry module does.

    >>> files = {
    ...     "main.js": 'import { two as zwei } from "./a.js";\\nzwei();\\n',
    ...     "a.js": "export function two() {}\\n",
    ... }
    >>> print(bundle(files))
    (() => {
    "use strict";
    const modules = {};
    modules["a.js"] = (() => {
    function two() {}
    return { two };
    })();
    modules["main.js"] = (() => {
    const { two: zwei } = modules["a.js"];
    zwei();
    return {  };
    })();
    })();
    """
    done: dict[str, str] = {}
    _load(entry, files, done, ())
    parts = [
        f'modules["{name}"] = (() => {{\n{text}}})();' for name, text in done.items()
    ]
    return "\n".join(
        ["(() => {", '"use strict";', "const modules = {};", *parts, "})();"]
    )


def _load(
    name: str, files: Mapping[str, str], done: dict[str, str], above: tuple[str, ...]
) -> None:
    """Put a module behind all that it needs."""
    if name in above:
        raise ValueError(f"modules import each other: {' '.join((*above, name))}")
    if name in done:
        return
    text = files[name]
    folder = posixpath.dirname(name)
    needs = [
        posixpath.normpath(posixpath.join(folder, m[2])) for m in _IMPORT.finditer(text)
    ]
    for need in needs:
        _load(need, files, done, (*above, name))
    done[name] = _wrapped(name, text, folder)


def _wrapped(name: str, text: str, folder: str) -> str:
    def asked(found: re.Match[str]) -> str:
        names = re.sub(r"(\w+)\s+as\s+(\w+)", r"\1: \2", found[1])
        need = posixpath.normpath(posixpath.join(folder, found[2]))
        return f'const {{{names}}} = modules["{need}"];\n'

    exported = _EXPORT.findall(text)
    inside = _IMPORT.sub(asked, text)
    inside = re.sub(
        r"^export (?=(?:async )?(?:function|const) )", "", inside, flags=re.M
    )
    if _LEFT.search(inside):
        raise ValueError(f"{name} imports or exports in a form that is not read")
    return f"{inside}return {{ {', '.join(exported)} }};\n"
