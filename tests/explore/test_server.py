"""The command: the address first and flushed, one port, a clean end."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

pytest.importorskip("uvicorn", reason="the explorer is an extra")

from softjet.errors import Refusal
from softjet.explore.command import explore
from softjet.explore.server import listen

PROGRAM = "from softjet.explore import explore; explore(browser=False)"


@pytest.fixture
def running() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The explorer as a program, and its first line."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    yield process, process.stdout.readline().strip()
    process.kill()
    process.communicate()


def test_from_the_first_line_to_ctrl_c(
    running: tuple[subprocess.Popen[str], str],
) -> None:
    """One program: it answers at the address it printed, and Ctrl-C is a good end."""
    process, address = running
    assert address.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(address, timeout=10) as reply:
        assert reply.status == 200
        assert "HttpOnly" in reply.headers["set-cookie"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(address.partition("?")[0], timeout=10)
    refused.value.close()
    assert refused.value.code == 403
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""


def test_a_port_that_is_taken_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Refusal) as refused:
            listen(port)
    assert str(refused.value) == (
        "the port cannot be used [explore-port]\n"
        f"  got   port {port}\n  want  a free one\n  try   --port 0"
    )


def test_a_port_that_is_none_is_refused() -> None:
    with pytest.raises(Refusal, match="no such port"):
        explore(port=70_000, browser=False)


def test_it_listens_on_the_loopback_alone() -> None:
    with listen(0) as found:
        assert found.getsockname()[0] == "127.0.0.1"
