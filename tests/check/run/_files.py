"""Files as people hand them over, one for each way in which a run can end."""

from __future__ import annotations

import textwrap
from pathlib import Path

SOFTMAX = """
    import numpy as np

    def softmax(x):
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)
"""

# What stands in the body of f, or of the file, and what it does to the process.
IN_THE_FUNCTION = {
    "loops": "while True: pass",
    "waits": "import time; time.sleep(600)",
    "leaves": "import os; os._exit(0)",
    "exits": "raise SystemExit('enough')",
    "interrupts": "raise KeyboardInterrupt",
    "crashes": "import ctypes; ctypes.string_at(0)",
    "aborts": "import os; os.abort()",
    "prints": "while True: print('y' * 1000)",
}
IN_THE_FILE = {
    "loops": "while True: pass",
    "leaves": "import os; os._exit(3)",
    "exits": "import sys; sys.exit(0)",
    "crashes": "import ctypes; ctypes.string_at(0)",
    "raises": "raise ValueError('no', 'way')",
    "misses": "import a_package_that_is_nowhere",
    "grows": "import numpy as np; held = np.ones((10**5, 10**4))",
    "misspells": "def g(x: return x",
    "speaks-up": "raise RuntimeError('caf\\xe9 \\x1b[2J')",
}


def write(path: Path, source: str) -> Path:
    path.write_text(textwrap.dedent(source).lstrip(), encoding="utf-8")
    return path


def in_function(body: str) -> str:
    return f"import numpy as np\n\n\ndef f(x):\n    {body}\n"


def in_file(line: str) -> str:
    return f"{line}\n\n\ndef f(x):\n    return x\n"
