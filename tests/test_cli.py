"""The command line: exit codes, streams, and the commands that fit recommends."""

import io
import re
import shlex
import subprocess
import sys

import pytest
from rich.console import Console
from typer.testing import CliRunner

import softjet as sj
from softjet import _terminal
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
    "line", ["nosuch", "fit --nosuch", "fit --max-iter 0", "predict"]
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
    assert not any("…" in line for line in lines)
