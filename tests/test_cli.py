"""The command line: exit codes, streams, and the commands that fit recommends."""

import io
import os
import re
import shlex
import signal
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest
from rich.console import Console
from typer.testing import CliRunner

import softjet as sj
from softjet import _terminal, cli
from softjet.cli import app
from softjet.learn import fit as job_module


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    return lambda line: runner.invoke(app, shlex.split(line))


def test_fit_on_the_digits_and_what_it_says_to_try_next(run, tmp_path):
    result = run("fit")
    assert result.exit_code == 0
    assert result.stderr == ""
    text = result.stdout
    assert float(re.search(r"accuracy (0\.\d+)", text)[1]) >= 0.95
    assert re.search(r"proven within \d\.\de-\d\d of the minimum", text)
    assert re.search(r"gradient +\d\.\d\d ulp from 60 digits on 5 rows", text)
    assert re.search(r"scikit-learn +0\.\d{9}", text)
    assert "\x1b" not in text
    commands = re.findall(r"^  ([^# ].*)$", text.split("try next")[1], re.MULTILINE)
    assert len(commands) == 3
    page = shlex.split(commands[0])[-1].removeprefix("file://")
    assert page == str(tmp_path / "softjet-fit" / "report.html")
    for command in commands[1:]:
        # As typed into the shell that ran fit, whether or not softjet is on the path.
        subprocess.run(command, shell=True, cwd=tmp_path, check=True)
    assert (tmp_path / "softjet-fit-C10" / "model.json").exists()


def test_predict_prints_writes_and_pipes(run, tmp_path):
    run("fit --no-compare --out m")
    shown = run("predict m m/test.csv")
    assert shown.exit_code == 0
    assert "the first 10 of 360 rows" in shown.stdout
    assert re.search(r"accuracy +0\.\d+ on 360 rows of digit", shown.stdout)
    written = run("predict m m/test.csv --out p.csv")
    assert "written       p.csv: 360 rows" in written.stdout
    piped = run("predict m m/test.csv --out -")
    assert piped.stdout == (tmp_path / "p.csv").read_text()
    assert len(piped.stdout.splitlines()) == 361


def test_tolerance_not_reached_is_exit_code_1(run, tmp_path):
    result = run("fit --max-iter 2 --no-compare --out m")
    assert result.exit_code == 1
    assert "not reached" in result.stdout
    assert (tmp_path / "m" / "report.html").exists()


def test_interruption_is_exit_code_130_and_leaves_nothing(run, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(job_module, "page", interrupt)
    result = run("fit --no-compare")
    assert result.exit_code == 130
    assert result.stderr == "interrupted: nothing was written\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", ["version", "--version"])
def test_version(run, line):
    result = run(line)
    assert (result.exit_code, result.stdout) == (0, f"softjet {sj.__version__}\n")


@pytest.mark.parametrize(
    "line",
    ["nosuch", "fit --nosuch", "fit --max-iter 0", "fit --seed 4294967296", "predict"],
)
def test_usage_errors_are_exit_code_2(run, line):
    assert run(line).exit_code == 2


def test_help_names_every_option(run):
    text = run("fit --help").stdout
    for option in ("target", "out", "C", "tol", "max-iter", "seed", "test-share"):
        assert f"--{option}" in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    "module", ["typer", "rich", "pyarrow", "sklearn", "matplotlib"]
)
def test_a_missing_extra_is_one_line(module, tmp_path):
    code = (
        f"import sys; sys.modules[{module!r}] = None; import softjet.cli as c; c.main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "fit"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 2
    wanted = f'softjet: {module} is not installed: pip install "softjet[all]"\n'
    assert result.stderr == wanted
    assert list(tmp_path.iterdir()) == []


def test_python_m_softjet():
    result = subprocess.run(
        [sys.executable, "-m", "softjet", "--version"], capture_output=True, text=True
    )
    assert (result.returncode, result.stdout) == (0, f"softjet {sj.__version__}\n")


def test_progress_shows_steps_in_a_terminal_only(monkeypatch):
    for terminal in (True, False):
        screen = io.StringIO()
        console = Console(file=screen, force_terminal=terminal, width=100)
        monkeypatch.setattr(_terminal, "console", lambda stderr, made=console: made)
        with _terminal.progress(1e-6) as step:
            step(0, 2.3, 1000.0)
            step(1, 0.5, 1e-3)
            step(2, 0.25, 0.0)
        assert ("step 2  objective 0.25  gap 0.0e+00" in screen.getvalue()) == terminal


def test_numbers_fit_into_eighty_columns(run, monkeypatch):
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80, color_system=None)
    aside = Console(file=io.StringIO())
    monkeypatch.setattr(
        _terminal, "console", lambda stderr=False: aside if stderr else console
    )
    assert run("fit --out m").exit_code == 0
    lines = screen.getvalue().partition("try next")[0].splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 80
    assert not any("\u2026" in line for line in lines)


ODD = ["[red]a[/]", "[/b] $x^2$", "100 \u20ac"]


@pytest.fixture
def odd(tmp_path):
    """A table whose names look like markup, like formulas, and are not ASCII."""
    z = np.random.default_rng(0).normal(size=(90, 2))
    labels = [ODD[i] for i in np.argmax(np.hstack([z, np.zeros((90, 1))]), axis=1)]
    columns = {"[bold]u": z[:, 0], "$v_{$": z[:, 1], "[/kind]": labels}
    pyarrow.csv.write_csv(pa.table(columns), tmp_path / "odd.csv")
    return "odd.csv --target [/kind] --no-compare"


def test_brackets_and_dollars_in_names_are_letters(run, odd):
    trained = run(f"fit {odd} --out [red]m")
    assert (trained.exit_code, trained.stderr) == (0, "")
    assert "[/kind] from odd.csv" in trained.stdout
    assert "[red]m/ model" in trained.stdout
    shown = run("predict [red]m [red]m/test.csv")
    assert shown.exit_code == 0
    for label in ODD:
        assert label in shown.stdout
        assert f"p({label})" in shown.stdout
    assert "rows of [/kind], log loss" in shown.stdout


def test_a_label_cannot_command_the_terminal():
    assert _terminal._text("a\x1b[2Jb\nc").plain == "a?[2Jb?c"


def test_a_long_name_leaves_room_for_the_numbers():
    screen = io.StringIO()
    table = _terminal._table("row", "p(" + 300 * "x" + ")", "p(y)")
    table.add_row("1", "0.25", "0.75")
    Console(file=screen, width=80).print(table)
    assert re.search(r"1 +0\.25 +0\.75", screen.getvalue())


def test_an_ascii_terminal_gets_question_marks_and_exact_bytes(run, odd, tmp_path):
    run(f"fit {odd} --out m")
    line = [sys.executable, "-m", "softjet", "predict", "m", "m/test.csv"]
    where = {
        "cwd": tmp_path,
        "env": {**os.environ, "PYTHONIOENCODING": "ascii"},
        "capture_output": True,
    }
    shown = subprocess.run(line, **where)
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert b"100 ?" in shown.stdout
    piped = subprocess.run([*line, "--out", "-"], **where)
    assert (piped.returncode, piped.stderr) == (0, b"")
    assert "100 \u20ac" in piped.stdout.decode()
    run("predict m m/test.csv --out p.csv")
    assert piped.stdout == (tmp_path / "p.csv").read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(
    ("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)]
)
def test_signals_leave_nothing(name, code, tmp_path):
    line = [sys.executable, "-m", "softjet", "fit", "--tol", "1e-13"]
    line += ["--max-iter", "1000000", "--no-compare"]
    job = subprocess.Popen(line, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(tmp_path.iterdir()) != []
    job.send_signal(getattr(signal, name))
    _, errors = job.communicate(timeout=60)
    # Ctrl-C inside a compiled import ends CPython by the signal itself; to a shell, and
    # so to a user, that is 130 as well.
    status = job.returncode if job.returncode >= 0 else 128 - job.returncode
    assert (status, errors) == (code, "interrupted: nothing was written\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_in_a_finaliser_is_not_lost(name, capsys):
    """Python shows and forgets what is raised there; the job would have gone on."""

    class Busy:
        def __del__(self):
            os.kill(os.getpid(), getattr(signal, name))
            time.sleep(0.01)

    def work():
        busy = Busy()
        del busy
        time.sleep(5)
        pytest.fail("the signal was lost")

    hook, alarm = sys.unraisablehook, signal.getsignal(signal.SIGALRM)
    with pytest.raises(KeyboardInterrupt), cli._stoppable():
        work()
    assert capsys.readouterr().err == ""
    assert (sys.unraisablehook, signal.getsignal(signal.SIGALRM)) == (hook, alarm)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_signals_are_given_back(name, run, tmp_path, monkeypatch):
    number = getattr(signal, name)
    before = signal.getsignal(number)

    def stop(*_):
        assert signal.getsignal(number) != before
        signal.raise_signal(number)

    monkeypatch.setattr(job_module, "page", stop)
    assert run("fit --no-compare").exit_code == 128 + number
    assert signal.getsignal(number) == before
    assert list(tmp_path.iterdir()) == []


def test_interrupted_imports_are_no_traceback(tmp_path):
    blocker = tmp_path / "typer.py"
    blocker.write_text("raise KeyboardInterrupt")
    result = subprocess.run(
        [sys.executable, "-m", "softjet", "version"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    wanted = (130, "interrupted: nothing was written\n")
    assert (result.returncode, result.stderr) == wanted
