"""The guard: every route, by HTTP and by WebSocket, refuses who may not come in."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the explorer is an extra")

from starlette.routing import Route, WebSocketRoute

from softjet.explore.guard import Guard, policy
from softjet.explore.server import application
from softjet.explore.wire import MOST_BYTES

PORT, TOKEN = 50123, "a-token-of-the-test"
HOST, ORIGIN = f"127.0.0.1:{PORT}", f"http://127.0.0.1:{PORT}"

WRONG_HOSTS = [
    *("127.0.0.1", "127.0.0.1:50124", f"localhost:{PORT}", f"evil.example:{PORT}"),
    *(f"127.0.0.1.evil.example:{PORT}", f"[::1]:{PORT}", f"0.0.0.0:{PORT}", ""),
    *(f"{HOST} ", f"127.0.0.2:{PORT}"),
]
WRONG_ORIGINS = [
    *("null", f"https://{HOST}", "http://127.0.0.1", f"http://localhost:{PORT}"),
    *(f"http://evil.example:{PORT}", f"{ORIGIN}.evil.example", f"{ORIGIN}/", ""),
    *("http://127.0.0.1:50124", f"http://user@{HOST}"),
]
WRONG_TOKENS = [
    *("", "x", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), f"x{TOKEN}"),
    *("None", "undefined", "\u00e9", TOKEN[::-1]),
]


def routes() -> list[tuple[str, str]]:
    """(method, path) of all that the application answers; WS for a socket."""
    found = []
    for route in application(PORT, TOKEN)._app.routes:  # type: ignore[attr-defined]
        path = route.path.replace("{name:path}", "main.js")
        if isinstance(route, WebSocketRoute):
            found.append(("WS", path))
        elif isinstance(route, Route):
            found += [(method, path) for method in sorted(route.methods or ())]
    return found


def answer(
    method: str,
    path: str,
    *,
    host: str | None = HOST,
    origin: str | None = ORIGIN,
    token: str | None = TOKEN,
    query: str = "",
    body: bytes = b"{}",
    app: Guard | None = None,
) -> list[dict[str, Any]]:
    """What the application sends to one request."""
    headers = [("host", host), ("origin", origin)]
    cookie = None if token is None else f"softjet_{PORT}={token}"
    headers.append(("cookie", cookie))
    lines = [(n.encode(), v.encode("utf-8")) for n, v in headers if v is not None]
    kind = "websocket" if method == "WS" else "http"
    scope = {"type": kind, "path": path, "query_string": query.encode()}
    scope |= {"headers": lines, "method": method, "raw_path": path.encode()}
    return asyncio.run(_sent(app or application(PORT, TOKEN), scope, body))


async def _sent(app: Guard, scope: dict[str, Any], body: bytes) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    opening = [{"type": "websocket.connect"}, {"type": "websocket.disconnect"}]
    incoming = [{"type": "http.request", "body": body}]
    if scope["type"] == "websocket":
        incoming = opening

    async def receive() -> Any:
        return incoming.pop(0) if incoming else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


def passed(sent: list[dict[str, Any]]) -> bool:
    first = sent[0]
    if first["type"].startswith("websocket"):
        return bool(first["type"] == "websocket.accept")
    return bool(first["status"] != 403)


every_route = pytest.mark.parametrize(
    ("method", "path"), routes(), ids=[" ".join(route) for route in routes()]
)


def test_there_are_routes_of_both_kinds() -> None:
    assert {"GET", "POST", "WS"} <= {method for method, _ in routes()}


@every_route
def test_who_may_come_in_comes_in(method: str, path: str) -> None:
    assert passed(answer(method, path))


@every_route
@pytest.mark.parametrize("host", WRONG_HOSTS)
def test_a_wrong_host_is_refused(method: str, path: str, host: str) -> None:
    assert not passed(answer(method, path, host=host))


@every_route
@pytest.mark.parametrize("origin", WRONG_ORIGINS)
def test_a_wrong_origin_is_refused(method: str, path: str, origin: str) -> None:
    assert not passed(answer(method, path, origin=origin))


@every_route
@pytest.mark.parametrize("token", WRONG_TOKENS)
def test_a_wrong_token_is_refused(method: str, path: str, token: str) -> None:
    assert not passed(answer(method, path, token=token))
    assert not passed(answer(method, path, token=None, query=f"token={token}"))


@every_route
def test_nothing_at_all_is_refused(method: str, path: str) -> None:
    assert not passed(answer(method, path, token=None))
    assert not passed(answer(method, path, host=None))


def test_only_a_get_may_leave_its_origin_out() -> None:
    assert passed(answer("GET", "/", origin=None))
    assert not passed(answer("POST", "/ask", origin=None))
    assert not passed(answer("WS", "/live", origin=None))


def test_the_address_sets_the_cookie_and_goes_on() -> None:
    sent = answer("GET", "/", token=None, origin=None, query=f"token={TOKEN}")
    headers = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    assert sent[0]["status"] == 200
    assert headers["set-cookie"] == (
        f"softjet_{PORT}={TOKEN}; HttpOnly; SameSite=Strict; Path=/"
    )
    assert TOKEN.encode() not in sent[1]["body"]
    twice = f"token={TOKEN}&token={TOKEN}"
    assert not passed(answer("GET", "/", token=None, query=twice))


def test_the_token_opens_no_other_door() -> None:
    query = f"token={TOKEN}"
    assert not passed(answer("GET", "/scenes", token=None, query=query))
    assert not passed(answer("POST", "/ask", token=None, query=query))
    assert not passed(answer("WS", "/live", token=None, query=query))


def test_every_token_is_new_and_long() -> None:
    tokens = {application(PORT).token for _ in range(8)}
    assert len(tokens) == 8
    assert min(map(len, tokens)) >= 43


def test_a_body_that_is_too_long_is_refused_in_words() -> None:
    sent = answer("POST", "/ask", body=b"x" * (MOST_BYTES + 1))
    assert sent[0]["status"] == 413
    assert b"too long" in sent[1]["body"]


def test_what_is_not_there_is_404_and_no_path_leaves_the_folder() -> None:
    for path in ("/static/../server.py", "/static//etc/passwd", "/docs", "/static/"):
        assert answer("GET", path)[0]["status"] == 404


def test_every_answer_carries_the_policy() -> None:
    for method, path, token in [("GET", "/", TOKEN), ("GET", "/", None)]:
        sent = answer(method, path, token=token)
        headers = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
        assert headers["content-security-policy"] == policy(PORT)
        assert headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in policy(PORT)
    assert policy(PORT).startswith("default-src 'none'")
