"""Words of the command line that stand for more than a number."""

from __future__ import annotations

from softjet.errors import Refusal


def widths(text: str) -> tuple[int, ...]:
    """The widths of hidden layers in 64,32; none of them in none."""
    if text in ("", "none"):
        return ()
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError:
        raise Refusal(
            "hidden",
            "these are no widths of hidden layers",
            got=f"--hidden {text}",
            want="whole numbers above 0 with commas between them, or none",
        ) from None


def amount(text: str | None) -> int | None:
    """Bytes in 512MB or 4GiB; None where nothing was said."""
    if text is None:
        return None
    from softjet.learn.stored.amount import read_amount

    return read_amount(text)
