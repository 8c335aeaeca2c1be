"""Amounts of memory: every way to write one, and what is none."""

import pytest

from softjet import Refusal
from softjet.learn.stored.amount import read_amount, write_amount


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("512MB", 512_000_000),
        ("512 mb", 512_000_000),
        ("4GiB", 4 << 30),
        ("1.5kB", 1500),
        ("2TB", 2 * 10**12),
        ("300B", 300),
        ("300", 300),
        (77, 77),
    ],
)
def test_amounts_are_read(text, count):
    assert read_amount(text) == count


@pytest.mark.parametrize(
    "text", ["", "lots", "-5MB", "5 XB", "0", 0, True, None, "1e9"]
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(Refusal) as refused:
        read_amount(text)
    assert str(refused.value) == (
        "this is no amount of memory [memory]\n"
        f"  got   memory={text!r}\n"
        "  want  a number of bytes, or a text such as '512MB' or '4GiB'"
    )


def test_amounts_are_written_as_they_are_read():
    for count in (999, 1000, 512_000_000, 4_290_000_000, 2 * 10**12):
        text = write_amount(count).replace(" ", "").removesuffix("ytes")
        assert read_amount(text) == count
