"""The command line: words in, exit code out; each verb is one call into the library.

0  done      1  done, but the tolerance was not reached
2  refused   130  interrupted (129 hung up, 143 terminated); nothing was left behind
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Annotated

from softjet.errors import Refusal

INTERRUPTED = "interrupted: nothing was written\n"
MISSING = 'softjet: {} is not installed: pip install "softjet[all]"\n'

try:
    import typer

    from softjet import _terminal as terminal
except ModuleNotFoundError as error:  # the console script exists without its extra
    sys.stderr.write(MISSING.format((error.name or "").partition(".")[0]))
    raise SystemExit(2) from None
except KeyboardInterrupt:  # the imports take long enough to be interrupted
    sys.stderr.write(INTERRUPTED)
    raise SystemExit(130) from None

app = typer.Typer(
    help="The softmax and every derivative of it, right to the last digits.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_DATA = "CSV file, Parquet file or folder of Parquet. Left out: the handwritten digits."


@app.command()
def fit(
    data: Annotated[Path | None, typer.Argument(help=_DATA, show_default=False)] = None,
    target: Annotated[
        str | None,
        typer.Option(help="Column to predict.", show_default="digit, for the digits"),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for model and report.")] = Path(
        "softjet-fit"
    ),
    C: Annotated[
        float, typer.Option("--C", help="Inverse strength of the L2 penalty.")
    ] = 1.0,
    tol: Annotated[
        float, typer.Option(help="Proven gap to reach, as a share of the objective.")
    ] = 1e-6,
    max_iter: Annotated[
        int, typer.Option(min=1, help="Most steps of the solver.")
    ] = 1000,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Seed of the split.")
    ] = 0,
    test_share: Annotated[
        float, typer.Option(help="Share of the rows kept to test on.")
    ] = 0.2,
    drop: Annotated[
        list[str] | None,
        typer.Option(help="Column to leave out; may be repeated.", show_default=False),
    ] = None,
    compare: Annotated[
        bool, typer.Option(help="Train scikit-learn's LogisticRegression beside ours.")
    ] = True,
) -> None:
    """Train a softmax classifier, prove how good the fit is, write a report.

    Writes model, report.json, report.html and the test rows into --out, all or nothing.
    """
    with _answering():
        from softjet.learn.fit import Job
        from softjet.learn.fit import fit as run

        job = Job(
            data=data,
            target=target,
            out=out,
            C=C,
            tol=tol,
            max_iter=max_iter,
            seed=seed,
            test_share=test_share,
            drop=tuple(drop or ()),
            compare=compare,
        )
        with terminal.progress(tol) as progress:
            report = run(job, progress)
        terminal.show_fit(report)
        if not report["training"]["converged"]:
            raise typer.Exit(1)


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(help="Folder that fit wrote.")],
    data: Annotated[Path, typer.Argument(help="Rows to predict: CSV or Parquet.")],
    out: Annotated[
        Path | None,
        typer.Option(help="CSV file for all rows; '-' writes it to standard output."),
    ] = None,
) -> None:
    """Class and probabilities for every row; accuracy if the target is there too."""
    with _answering():
        from softjet.learn.predict import predict as run

        piped = out == Path("-")
        predictions = run(model, data, None if piped else out)
        if piped:
            _write_out(predictions.to_csv())
        else:
            terminal.show_predictions(predictions, out)


@app.command()
def version() -> None:
    """Print the version."""
    with _answering():
        terminal.show_version()


def _version_and_exit(asked: bool) -> None:
    if asked:
        terminal.show_version()
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_version_and_exit,
            is_eager=True,
            help="Print the version.",
        ),
    ] = False,
) -> None:
    """The softmax and every derivative of it, right to the last digits."""


@contextmanager
def _answering() -> Iterator[None]:
    """Turn refusals, missing extras and Ctrl-C into a message and an exit code."""
    try:
        with _stoppable():
            yield
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        raise typer.Exit(2) from None
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "softjet":
            raise
        sys.stderr.write(MISSING.format((error.name or "").partition(".")[0]))
        raise typer.Exit(2) from None
    except KeyboardInterrupt as stop:
        with suppress(OSError):  # the terminal may be what went away
            sys.stderr.write(INTERRUPTED)
        number = stop.number if isinstance(stop, _Stopped) else signal.SIGINT
        raise typer.Exit(128 + number) from None


class _Stopped(KeyboardInterrupt):
    """SIGTERM or SIGHUP: unwinds like Ctrl-C, so that everything is cleared away."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM and SIGHUP clear away what the body began, then give them back."""
    names = ("SIGTERM", "SIGHUP")  # Windows has no SIGHUP
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}

    def stop(number: int, frame: object) -> None:
        for other in taken:  # a second one must not interrupt the clearing away
            signal.signal(other, signal.SIG_IGN)
        raise _Stopped(number)

    # Only a program in its main thread has signals, and nohup's stay ignored.
    main_thread = threading.current_thread() is threading.main_thread()
    taken = [n for n in numbers if main_thread and before[n] == signal.SIG_DFL]
    with _heard() if main_thread else nullcontext():
        try:
            for number in taken:
                signal.signal(number, stop)
            yield
        finally:
            for number in taken:
                signal.signal(number, before[number])


@contextmanager
def _heard() -> Iterator[None]:
    """Raise an interrupt again that came where Python ignores exceptions.

    In a finaliser, or a callback of the import system, an exception is shown and lost:
    the job would go on, deaf to further signals.  A moment later it is raised anew.
    """
    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return
    lost: list[BaseException] = []
    shown, alarm = sys.unraisablehook, signal.getsignal(signal.SIGALRM)

    def ignored(found: sys.UnraisableHookArgs) -> None:
        if isinstance(found.exc_value, KeyboardInterrupt):
            lost.append(found.exc_value)
            signal.setitimer(signal.ITIMER_REAL, 0.01)
        else:
            shown(found)

    def again(number: int, frame: object) -> None:
        if lost:
            raise lost.pop()

    try:
        sys.unraisablehook = ignored
        signal.signal(signal.SIGALRM, again)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, alarm)
        sys.unraisablehook = shown


def _write_out(data: bytes) -> None:
    """Bytes to standard output as they are, whatever its encoding."""
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:
        sys.stdout.write(data.decode())
    else:
        sys.stdout.flush()
        binary.write(data)
        binary.flush()


def main() -> None:
    """Entry point of the command softjet."""
    try:
        # A name that the terminal's encoding lacks is shown as '?', not as a traceback.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")
        app(prog_name="softjet")
    except KeyboardInterrupt:
        sys.stderr.write(INTERRUPTED)
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
