"""The parent: starts the child, watches it, stops it, and reads what came back.

The child answers with a file of JSON, and what it prints goes through pipes of its own:
nothing it prints can be taken for an answer, and nothing is unpickled.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import suppress
from pathlib import Path

from .ending import Ending, outcome_of
from .outcome import Outcome, Printed
from .request import CLOCK, Request
from .streams import Stream

# The child stops itself when its time is over, to load and again to judge, and says
# where it was.  This many seconds after that it is stopped from here.
GRACE = 5.0


def judged(request: Request) -> Outcome:
    """Run a request in a process of its own, and tell what came of it.

    Whatever the file does in there, its process and those that it started are gone when
    this returns, also when it is interrupted.
    """
    with tempfile.TemporaryDirectory(
        prefix="softjet-check-", ignore_cleanup_errors=True
    ) as folder:
        Path(folder, "request.json").write_text(json.dumps(request.as_data()))
        return outcome_of(request, _run(request, Path(folder)))


def _run(request: Request, folder: Path) -> Ending:
    process = _started(folder)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        stop = lambda: _stop(process)  # noqa: E731
        out, err = Stream(process.stdout, stop), Stream(process.stderr, stop)
        late = _waits_in_vain(process, 2.0 * CLOCK * request.seconds + GRACE)
    finally:
        _stop(process)
    for stream in (out, err):
        # A grandchild that left the group may hold the pipe open: not waited for.
        stream.join(timeout=1.0)
    return Ending(
        code=process.returncode,
        late=late,
        overflowed=out.overflowed or err.overflowed,
        answer=_text(folder / "answer.json"),
        stage=_text(folder / "stage"),
        trace=_text(folder / "trace"),
        printed=Printed(out.text, err.text, out.bytes, err.bytes),
    )


def _started(folder: Path) -> subprocess.Popen[bytes]:
    # -P: a numpy.py in the folder the command runs in is not our NumPy.
    # -u: what was printed before a crash is not lost in a buffer.
    words = [sys.executable, "-P", "-u", "-m", "softjet.check.run.child", str(folder)]
    return subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env={**os.environ, **_ENVIRONMENT, **_python_path()},
        start_new_session=True,
    )


# No window is opened by a plot, no __pycache__ left beside the file.
_ENVIRONMENT = {
    "MPLBACKEND": "Agg",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONIOENCODING": "utf-8:backslashreplace",
}


def _python_path() -> dict[str, str]:
    """So that the child finds the softjet that runs here, wherever that lies.

    Where packages are installed it looks anyway, and the path that is named here comes
    before the standard library, where a package must not.
    """
    ours = str(Path(__file__).resolve().parents[3])
    if ours in {sysconfig.get_path(name) for name in ("purelib", "platlib")}:
        return {}
    before = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": f"{before}{os.pathsep}{ours}" if before else ours}


def _waits_in_vain(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the child and all that it started.

    A group keeps its number while a process of it lives; once none does, there is
    nothing to stop, and the system says so.
    """
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
