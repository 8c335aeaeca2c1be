"""The command line: words in, exit code out; each verb is one call into the library.

0  done      1  done, but the tolerance was not reached, or check found mistakes
2  refused   130  interrupted or terminated (129 hung up); fit says how it is resumed
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

from softjet._said import INTERRUPTED, MISSING

try:
    import typer

    from softjet import _terminal as terminal
    from softjet import _verbs as verbs
    from softjet._answers import answering, stopping
    from softjet._progress import Progress
    from softjet._words import amount, widths
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

_NETWORK: dict[str, Any] = {"rich_help_panel": "Options of --model network"}
_LONG: dict[str, Any] = {"rich_help_panel": "Long runs"}
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
    solver: Annotated[
        str, typer.Option(help="auto, lbfgs or newton; the proof is the same.")
    ] = "auto",
    model: Annotated[
        str, typer.Option(help="regression, or network: which has no certificate.")
    ] = "regression",
    hidden: Annotated[
        str, typer.Option(help="Widths of hidden layers, 64,32; or none.", **_NETWORK)
    ] = "32",
    activation: Annotated[
        str, typer.Option(help="relu, tanh or softmax.", **_NETWORK)
    ] = "relu",
    optimiser: Annotated[
        str, typer.Option(help="adam, momentum or sgd.", **_NETWORK)
    ] = "adam",
    rate: Annotated[float, typer.Option(help="Learning rate.", **_NETWORK)] = 0.01,
    epochs: Annotated[
        int, typer.Option(min=0, help="Times that every row is used.", **_NETWORK)
    ] = 100,
    batch: Annotated[int, typer.Option(min=1, help="Rows an update.", **_NETWORK)] = 32,
    memory: Annotated[
        str | None,
        typer.Option(help="Most to use, 512MB or 4GiB.", **_LONG, show_default=False),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where a run ended early.", **_LONG)
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Give up what such a run left.", **_LONG)
    ] = False,
    checkpoint_seconds: Annotated[
        float, typer.Option(help="Least time between two checkpoints.", **_LONG)
    ] = 30.0,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress on stderr.", **_LONG)
    ] = False,
) -> None:
    """Train a softmax classifier, prove how good the fit is, write a report.

    Writes model, report.json, report.html and the test rows into --out, all or nothing.
    Ctrl-C saves what was trained and says how to go on.
    """
    with stopping() as stop:
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
            solver=solver,
            model=model,
            hidden=widths(hidden),
            activation=activation,
            optimiser=optimiser,
            learning_rate=rate,
            epochs=epochs,
            batch_size=batch,
            memory=amount(memory),
            resume=resume,
            restart=restart,
            checkpoint_seconds=checkpoint_seconds,
        )
        progress = Progress(tol, epochs if model == "network" else None, quiet=quiet)
        with closing(progress):
            report = run(job, progress, progress.say, stop, progress.stage)
        terminal.show_fit(report)
        if not report["training"].get("converged", True):
            raise typer.Exit(1)


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(help="Folder that fit wrote.")],
    data: Annotated[Path, typer.Argument(help="Rows to predict: CSV or Parquet.")],
    out: Annotated[
        Path | None,
        typer.Option(help="CSV or Parquet file for all rows; '-': CSV to stdout."),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(help="Most to use, 512MB or 4GiB.", show_default=False),
    ] = None,
) -> None:
    """Class and probabilities for every row; accuracy if the target is there too."""
    with answering():
        from softjet.learn.predict import predict as run
        from softjet.learn.prepared import is_stored

        if out is not None and out != Path("-") and is_stored(data, amount(memory)):
            _predict_from_disk(model, data, out, memory)
            return
        piped = out == Path("-")
        predictions = run(model, data, None if piped else out)
        if piped:
            _write_out(predictions.to_csv())
        else:
            terminal.show_predictions(predictions, out)


def _predict_from_disk(model: Path, data: Path, out: Path, memory: str | None) -> None:
    """Rows that are too many for the memory, by the batch."""
    from softjet.learn.prepared import USUAL_MEMORY
    from softjet.learn.stored.predicting import predict_stored

    progress = Progress(0.0)
    granted = amount(memory) or USUAL_MEMORY
    with closing(progress):
        found = predict_stored(model, data, out, granted, progress.stage)
    terminal.show_written(out, found)


for verb in (verbs.check, verbs.draw, verbs.explore):
    app.command()(verb)


@app.command()
def version() -> None:
    """Print the version."""
    with answering():
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
