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
import pyarrow.parquet
import pytest
from rich.console import Console
from typer.testing import CliRunner

import softjet as sj
from softjet import _signals, _terminal
from softjet.cli import app
from softjet.learn import fit as job_module


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    return lambda line: runner.invoke(app, shlex.split(line))


IMAGES = dict.fromkeys(
    ("training", "confusion", "reliability", "weights", "jacobian"), b""
)


@pytest.fixture
def no_pictures(monkeypatch):
    """For runs whose pictures nobody looks at: drawing takes most of their time."""
    monkeypatch.setattr(job_module, "pictures", lambda *_: IMAGES)


def test_fit_on_the_digits_and_what_it_says_to_try_next(run, tmp_path):
    result = run("fit")
    assert result.exit_code == 0
    first, *_, last = result.stderr.splitlines()
    assert re.fullmatch(
        r"step 0  objective 2\.30259  gap \S+, wanted \S+  0\.0 s", first
    )
    assert re.match(r"step \d+  objective 0\.0\d+  gap \d\.\de-", last)
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


@pytest.mark.usefixtures("no_pictures")
def test_tolerance_not_reached_is_exit_code_1(run, tmp_path):
    result = run("fit --max-iter 2 --no-compare --out m")
    assert result.exit_code == 1
    assert "not reached" in result.stdout
    assert (tmp_path / "m" / "report.html").exists()


@pytest.mark.usefixtures("no_pictures")
def test_an_interruption_is_exit_code_130_and_can_be_resumed(
    run, tmp_path, monkeypatch
):
    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(job_module, "page", interrupt)
        result = run("fit --no-compare --quiet --out m")
    assert result.exit_code == 130
    said, line = result.stderr.splitlines()
    assert re.fullmatch(
        r"interrupted: saved after step \d+ in m\.checkpoint; this goes on with the "
        r"run:",
        said,
    )
    assert line.endswith("softjet fit --out m --no-compare --resume")
    assert [p.name for p in tmp_path.iterdir()] == ["m.checkpoint"]
    assert run(line.partition("softjet ")[2]).exit_code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["m"]


@pytest.mark.usefixtures("no_pictures")
def test_a_damaged_checkpoint_is_said_and_two_are_refused(run, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("softjet.learn.runs.keeper.SPARING", 0)
    with monkeypatch.context() as patch:
        patch.setattr(job_module, "page", interrupt)
        run("fit --no-compare --quiet --out m --checkpoint-seconds 0")
    older, newest = sorted((tmp_path / "m.checkpoint").iterdir())
    newest.write_bytes(newest.read_bytes()[:-9])
    kept = {path: path.read_bytes() for path in (older, newest)}
    assert run("fit --no-compare --out m").exit_code == 2
    result = run("fit --no-compare --out m --resume --quiet")
    assert result.exit_code == 0
    assert result.stderr == (
        f"damaged checkpoint m.checkpoint/{newest.name}: its bytes do not have the "
        "hash at its end; going on from the one before\n"
    )
    older.parent.mkdir()
    for path, blob in kept.items():
        path.write_bytes(blob[:-9])
    refused = run("fit --no-compare --out m --resume")
    assert refused.exit_code == 2
    assert "no checkpoint is whole [checkpoint-damaged]" in refused.stderr
    assert run("fit --no-compare --out m --restart --quiet").exit_code == 0
    assert not older.parent.exists()


def test_a_network_is_trained_and_predicts(run, tmp_path):
    line = "fit --model network --hidden 16,8 --activation tanh --epochs 12 --out m"
    result = run(line)
    assert result.exit_code == 0
    assert re.search(r"epoch 12\.0 of 12  loss 0\.\d+  ", result.stderr)
    assert "no certificate" in result.stdout
    assert float(re.search(r"accuracy (0\.\d+)", result.stdout)[1]) >= 0.9
    assert "--rate 0.001" in result.stdout
    assert run("predict m m/test.csv --out p.parquet").exit_code == 0
    assert pyarrow.parquet.read_table(tmp_path / "p.parquet").num_rows == 360


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("fit --model network --solver newton", "option-model"),
        ("fit --hidden 8", "option-model"),
        ("fit --model network --hidden 8,x", "hidden"),
        ("fit --model network --hidden 0", "hidden"),
        ("fit --model network --activation cube", "activation"),
        ("fit --model network --rate 0", "learning-rate"),
        ("fit --model trees", "model"),
        ("fit --solver sag", "solver"),
        ("fit --memory much", "memory"),
        ("fit --resume --restart", "resume-restart"),
        ("fit --checkpoint-seconds -1", "checkpoint-seconds"),
    ],
)
def test_options_are_refused_before_anything_is_written(run, tmp_path, line, code):
    result = run(line)
    assert result.exit_code == 2
    assert f"[{code}]" in result.stderr
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
    options = ("target", "out", "C", "tol", "max-iter", "seed", "test-share", "model")
    for option in (*options, "hidden", "memory", "resume", "restart", "quiet"):
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
    trained = run(f"fit {odd} --out [red]m --quiet")
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


def begun(folder, *options):
    """A run of `softjet fit` that has told its first steps, and goes on for long."""
    line = [sys.executable, "-m", "softjet", "fit", "--out", "m", "--no-compare"]
    streams = {"stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL, "text": True}
    job = subprocess.Popen([*line, *options], cwd=folder, **streams)
    assert re.match(r"(step|epoch) 0", job.stderr.readline())
    return job


NETWORK = ("--model", "network", "--epochs", "20", "--batch", "8")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    out = tmp_path_factory.mktemp("undisturbed") / "m"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job_module, "network_pictures", lambda *_: IMAGES)
        job_module.fit(
            job_module.Job(out=out, model="network", epochs=20, batch_size=8)
        )
    return (out / "model.safetensors").read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(
    ("name", "code"), [("SIGTERM", 130), ("SIGHUP", 129), ("SIGINT", 130)]
)
def test_signals_save_and_say_how_to_go_on(name, code, tmp_path, undisturbed):
    job = begun(tmp_path, *NETWORK)
    time.sleep(0.1)
    job.send_signal(getattr(signal, name))
    # Twice at once, as `timeout` and some shells do, is once.
    job.send_signal(getattr(signal, name))
    _, errors = job.communicate(timeout=60)
    assert job.returncode == code
    *_, said, line = errors.splitlines()
    assert re.search(r"interrupted: saved after update \d+ in m\.checkpoint", said)
    assert os.listdir(tmp_path) == ["m.checkpoint"]
    if name == "SIGTERM":
        # As typed into the shell that ran fit.
        subprocess.run(line, shell=True, cwd=tmp_path, check=True, capture_output=True)
        found = (tmp_path / "m" / "model.safetensors").read_bytes()
        assert found == undisturbed
        assert os.listdir(tmp_path) == ["m"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_killed_at_random_moments_and_resumed(tmp_path, undisturbed):
    """kill -9 at moments drawn from a seed, one after the other, until it is done."""
    moments = np.random.default_rng(7).uniform(0.0, 0.5, 2)
    resume = ()
    for moment in moments:
        options = (*NETWORK, "--checkpoint-seconds", "0.01", *resume)
        line = [sys.executable, "-m", "softjet", "fit", "--out", "m", *options]
        job = subprocess.Popen(line, cwd=tmp_path, stderr=subprocess.PIPE)
        while b"epoch" not in job.stderr.readline():
            assert job.poll() is None
        time.sleep(moment)
        job.kill()
        job.communicate()
        assert os.listdir(tmp_path) == ["m.checkpoint"]
        resume = ("--resume",)
    subprocess.run([*line, "--quiet"], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "m" / "model.safetensors").read_bytes() == undisturbed
    assert os.listdir(tmp_path) == ["m"]


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
    with pytest.raises(KeyboardInterrupt), _signals.stoppable():
        work()
    assert capsys.readouterr().err == ""
    assert (sys.unraisablehook, signal.getsignal(signal.SIGALRM)) == (hook, alarm)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_signals_are_given_back(name, run, tmp_path, monkeypatch):
    number = getattr(signal, name)
    before = signal.getsignal(number)

    def stop(*_):
        assert signal.getsignal(number) != before
        signal.raise_signal(number)

    monkeypatch.setattr(job_module, "page", stop)
    code = {"SIGTERM": 130, "SIGHUP": 129, "SIGINT": 130}[name]
    assert run("fit --no-compare").exit_code == code
    assert signal.getsignal(number) == before
    assert [p.name for p in tmp_path.iterdir()] == ["softjet-fit.checkpoint"]


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
