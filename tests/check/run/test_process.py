"""A file judged in a process of its own: whatever it does, we are told and go on."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from check._golden import check_golden
from check.run._files import IN_THE_FILE, IN_THE_FUNCTION, SOFTMAX, in_file, in_function
from check.run._files import write as write_file
from softjet.check.report._page import Page
from softjet.check.report.outcome import outcome_text
from softjet.check.run.outcome import Outcome
from softjet.check.run.place import place_of
from softjet.check.run.process import judged
from softjet.check.run.request import Request


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(words: str = "f.py:f", seconds: float = 20.0, memory: float = 2.0) -> Outcome:
    places = {"value": place_of(words)}
    return judged(Request("softmax", places, seconds=seconds, memory=memory))


def stop_of(source: str, seconds: float = 20.0, memory: float = 2.0) -> str:
    write_file(Path("f.py"), source)
    outcome = run(seconds=seconds, memory=memory)
    assert outcome.verdict is None
    assert outcome.exit_code == 2
    told = re.sub(r"\d+ (MiB|bytes)", r"N \1", outcome_text(outcome, Page(100)))
    # Which limit an endless loop meets first, a busy machine decides.
    return re.sub(r"[\d.]+ s (of computing|by the clock)", "T s", told)


def test_a_file_is_judged_and_nothing_is_left_behind(folder: Path) -> None:
    write_file(folder / "f.py", SOFTMAX)
    outcome = run("f.py:softmax")
    assert outcome.stop is None
    assert outcome.verdict is not None
    assert outcome.verdict.findings == ()
    assert outcome.exit_code == 0
    assert [path.name for path in folder.iterdir()] == ["f.py"]


# Each is stopped by a limit of its own, so that none of them waits for a long one.
SECONDS = {"loops": 1.0, "waits": 0.5}


@pytest.mark.parametrize("name", IN_THE_FUNCTION)
def test_a_function_that_takes_the_process_with_it(name: str) -> None:
    source = in_function(IN_THE_FUNCTION[name])
    told = stop_of(source, seconds=SECONDS.get(name, 20.0))
    check_golden(f"function-{name}", told)


@pytest.mark.parametrize("name", IN_THE_FILE)
def test_a_file_that_does_not_load(name: str) -> None:
    source = in_file(IN_THE_FILE[name])
    start = time.monotonic()
    told = stop_of(source, SECONDS.get(name, 20.0), memory=0.5)
    check_golden(f"file-{name}", told)
    assert time.monotonic() - start < 20.0  # the loops too


def test_what_it_prints_is_kept_apart(capfd: pytest.CaptureFixture) -> None:
    head = "import sys, os\nprint('loaded')\nprint('caf\xe9', file=sys.stderr)\n"
    answer = "os.write(1, b'{\"verdict\": {}} \\xff')\n"
    write_file(Path("f.py"), SOFTMAX)
    text = Path("f.py").read_text()
    Path("f.py").write_text(f"{head}{answer}{text}", encoding="utf-8")
    outcome = run("f.py:softmax")
    assert outcome.exit_code == 0
    assert outcome.printed.out == 'loaded\n{"verdict": {}} \\xff'
    assert outcome.printed.err == "caf\xe9\n"
    assert outcome.printed.out_bytes == 7 + 17
    assert capfd.readouterr() == ("", "")


def test_of_much_output_the_beginning_is_kept() -> None:
    write_file(Path("f.py"), SOFTMAX)
    text = Path("f.py").read_text()
    Path("f.py").write_text(f"print('y' * 10**6)\n{text}")
    outcome = run("f.py:softmax")
    assert outcome.exit_code == 0
    assert outcome.printed.out_bytes == 10**6 + 1
    assert outcome.printed.out == "y" * (16 * 1024)


def test_nothing_is_asked_of_the_keyboard() -> None:
    told = stop_of(in_file("input('your name? ')"))
    assert "EOFError" in told


def test_what_it_starts_ends_with_it(folder: Path) -> None:
    loop = "import time; time.sleep(600)"
    started = f"subprocess.Popen([sys.executable, '-c', {loop!r}])"
    source = f"""import subprocess, sys
child = {started}
open('pid', 'w').write(str(child.pid))
"""
    write_file(folder / "f.py", SOFTMAX)
    Path("f.py").write_text(source + Path("f.py").read_text())
    start = time.monotonic()
    assert run("f.py:softmax").exit_code == 0
    assert time.monotonic() - start < 30.0
    assert not alive(int(Path("pid").read_text()))


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not asked how does not."""
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        if state == "Z":
            return False
        time.sleep(0.02)
    return True


def test_files_beside_it_and_packages_are_found(folder: Path) -> None:
    package = folder / "net" / "layers"
    package.mkdir(parents=True)
    for place in (folder / "net", package):
        (place / "__init__.py").write_text("")
    write_file(package / "parts.py", SOFTMAX)
    (package / "layer.py").write_text("from .parts import softmax as f\n")
    (folder / "flat").mkdir()
    write_file(folder / "flat" / "parts.py", SOFTMAX)
    (folder / "flat" / "random.py").write_text("from parts import softmax as f\n")
    for words in ("net/layers/layer.py:f", "net.layers.layer:f", "flat/random.py:f"):
        outcome = run(words)
        assert outcome.exit_code == 0, str(outcome.stop)


TOPS = {
    "NumPy's errors": "np.seterr(all='raise')",
    "warnings": "import warnings; warnings.simplefilter('error')",
    "its output": "import sys; sys.stdout.close(); sys.stderr = None",
    "its folder": "import os; os.chdir('/')",
    "its end": "import atexit, time; atexit.register(time.sleep, 600)",
}


def test_what_it_changes_for_itself_does_not_change_the_verdict() -> None:
    write_file(Path("f.py"), SOFTMAX)
    text = Path("f.py").read_text()
    tops = "\n".join(TOPS.values())
    Path("f.py").write_text(
        text.replace("import numpy as np", f"import numpy as np\n{tops}")
    )
    outcome = run("f.py:softmax")
    assert outcome.exit_code == 0, str(outcome.stop)


def test_an_interrupted_run_leaves_nothing_running(folder: Path) -> None:
    """Ctrl-C while a function waits: the command ends, and so does what it judged."""
    body = "open('pid', 'w').write(str(__import__('os').getpid())); time.sleep(600)"
    write_file(folder / "f.py", f"import time\n\ndef f(x):\n    {body}\n")
    code = (
        "from softjet.check.command import Words, check\n"
        "check(Words('f.py:f', kind='softmax'))"
    )
    ours = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    try:
        for _ in range(3000):
            if Path("pid").exists() and Path("pid").read_text():
                break
            time.sleep(0.01)
        ours.send_signal(signal.SIGINT)
        assert ours.wait(10) != 0
    finally:
        ours.kill()
        ours.wait()
    assert not alive(int(Path("pid").read_text()))


def test_a_name_that_is_not_there_is_refused_with_those_that_are() -> None:
    write_file(Path("f.py"), SOFTMAX)
    places = ("f.py:sofmax", "f.py:softmax.backward", "f.py:zzz")
    told = [str(run(words).stop) for words in places]
    check_golden("function-missing", "\n\n".join(told) + "\n")


def test_an_answer_that_is_none_is_no_verdict(folder: Path) -> None:
    """A file that writes where the answer goes is told so, and believed in nothing."""
    forged = """
    import sys, os, pathlib

    def f(x):
        place = pathlib.Path(sys.argv[1])
        (place / "answer.json").write_text('{"verdict": {"subject": 3}}')
        os._exit(0)
    """
    write_file(folder / "f.py", forged)
    outcome = run()
    assert outcome.exit_code == 2
    assert outcome.stop is not None
    assert outcome.stop.code == "SJ359"
