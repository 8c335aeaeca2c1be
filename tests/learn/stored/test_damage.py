"""A cache of which a byte is not as it was written is never learnt from."""

import json
import shutil

import pytest

from softjet import Refusal
from softjet.learn.stored import chunks
from softjet.learn.stored.cache import HEADER, PARTS
from softjet.learn.stored.table import open_table


@pytest.fixture
def cache(written, monkeypatch):
    """A function that opens the table again, and its cache; in chunks of 256 bytes."""
    monkeypatch.setattr(chunks, "CHUNK", 256)
    path = written("parquet")

    def again():
        return open_table(path, "kind", test_share=0.3)

    return again, again().cache.folder


def refused(call):
    with pytest.raises(Refusal) as found:
        call()
    assert found.value.code == "cache-damaged"
    return found.value


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("place", [0, 0.5, -1])
def test_any_changed_byte_is_found(cache, part, place):
    again, folder = cache
    data = bytearray((folder / part).read_bytes())
    index = int(place * len(data)) if place > 0 else place
    data[index] ^= 1
    (folder / part).write_bytes(data)
    table = again()
    number = index % len(data) // 256 + 1
    refusal = refused(table.check)
    assert refusal.got == f"{folder / part}: chunk {number} differs from its hash"
    assert refusal.hint == f"delete {folder}; it is made again from the data"
    shutil.rmtree(folder)
    again().check()


@pytest.mark.parametrize("part", PARTS)
def test_damage_is_found_when_the_rows_are_read(cache, part):
    again, folder = cache
    data = bytearray((folder / part).read_bytes())
    data[-1] ^= 128
    (folder / part).write_bytes(data)
    table = again()

    def read():
        for shard in table.rows().shards:
            shard.X.sum()
        list(table.test_batches())

    refused(read)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("change", ["short", "long", "gone"])
def test_another_size_is_found_at_once(cache, part, change):
    again, folder = cache
    data = (folder / part).read_bytes()
    if change == "gone":
        (folder / part).unlink()
    else:
        (folder / part).write_bytes(data[:-1] if change == "short" else data + b"x")
    assert f"instead of {len(data)} bytes" in refused(again).got


def test_a_file_that_shrinks_while_it_is_read(cache):
    again, folder = cache
    table = again()
    next(iter(table.rows().shards)).X.sum()  # all is checked
    (folder / "train.features").write_bytes(b"")
    assert "it ends at byte 0" in refused(lambda: table.rows().shards[0].X).got


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"header_sha256": "0"}'])
def test_a_header_that_is_none(cache, text):
    again, folder = cache
    (folder / HEADER).write_text(text)
    refused(again)


@pytest.mark.parametrize("field", ["rows", "columns", "classes", "trained", "parts"])
def test_a_header_that_was_changed(cache, field):
    again, folder = cache
    header = json.loads((folder / HEADER).read_text())
    header[field] = None
    (folder / HEADER).write_text(json.dumps(header))
    assert refused(again).got == f"{folder / HEADER}: it differs from its hash"


def test_a_header_that_was_not_written(cache):
    again, folder = cache
    (folder / HEADER).unlink()
    with pytest.raises(Refusal, match="cache-taken"):
        again()
