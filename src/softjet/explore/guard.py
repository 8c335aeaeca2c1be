"""The guard: who may talk to the server.  Everything is refused but what is named here.

A page of any other site can make a browser send requests to 127.0.0.1, and a name that
resolves there (DNS rebinding) makes them look like our own; CORS does not bind
WebSockets at all.  So for HTTP and WebSocket alike:

    Host      exactly 127.0.0.1:PORT
    Origin    exactly http://127.0.0.1:PORT; left out only by a GET
    token     in the cookie; in the address once, where the cookie is set
    length    of a body, declared and counted

The address with the token answers with a page that goes on to "/" by itself, not with a
redirect: a cookie with SameSite=Strict is not sent along a redirect that began on
another site, a link in a notebook for instance.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from softjet.explore.wire import MOST_BYTES

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_ENTRY = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>softjet</title>'
    '<link rel="icon" href="/static/icon.svg">'
    '<meta http-equiv="refresh" content="0;url=/"><p><a href="/">softjet explore</a>'
)


def policy(port: int) -> str:
    """The content-security policy: our own files, our own socket, nothing inline."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self' ws://127.0.0.1:{port}; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )


class Guard:
    """An ASGI application that lets through what may pass to `app`.

    Parameters
    ----------
    app : ASGI application
    port : int
        That the server listens on.
    token : str, optional
        The secret; a new one of 256 bits unless given.
    """

    def __init__(self, app: App, port: int, token: str | None = None) -> None:
        self._app = app
        self.host = f"127.0.0.1:{port}"
        self.token = token or secrets.token_urlsafe(32)
        # Cookies do not know ports: two explorers must not take each other's.
        self.cookie = f"softjet_{port}"
        self._policy = policy(port)

    @property
    def address(self) -> str:
        """Where a browser gets in."""
        return f"http://{self.host}/?token={self.token}"

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        send = self._with_headers(send)
        why = self._refused(scope)
        if why is not None:
            await _deny(scope, receive, send, why)
        elif self._enters(scope):
            await self._let_in(send)
        elif scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._with_limit(scope, receive, send)

    def _refused(self, scope: Message) -> str | None:
        """Why a request may not pass; None if it may."""
        if _headers(scope, b"host") != [self.host]:
            return "this host is not served here"
        origins = _headers(scope, b"origin")
        optional = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if origins != [f"http://{self.host}"] and (origins or not optional):
            return "requests from other pages are not served"
        if not self._enters(scope) and not self._knows(_cookie(scope, self.cookie)):
            return "open the address that softjet explore printed"
        return None

    def _enters(self, scope: Message) -> bool:
        """Whether this is the address with the right token."""
        if (
            scope["type"] != "http"
            or scope["path"] != "/"
            or scope["method"] not in ("GET", "HEAD")
        ):
            return False
        found = parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
        return len(found) == 1 and self._knows(found[0])

    def _knows(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self.token.encode())

    async def _let_in(self, send: Send) -> None:
        cookie = f"{self.cookie}={self.token}; HttpOnly; SameSite=Strict; Path=/"
        headers = {"content-type": "text/html; charset=utf-8", "set-cookie": cookie}
        await _respond(send, 200, _ENTRY, headers)

    async def _with_limit(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on a request whose body is short; count it, whatever it declares."""
        body, more = b"", True
        while more and len(body) <= MOST_BYTES:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if len(body) > MOST_BYTES:
            want = f"want {MOST_BYTES} bytes or fewer"
            await _respond(send, 413, f"the message is too long: {want}\n")
            return
        whole: Message = {"type": "http.request", "body": body, "more_body": False}
        waiting = [whole]

        async def once() -> Message:
            return waiting.pop() if waiting else await receive()

        await self._app(scope, once, send)

    def _with_headers(self, send: Send) -> Send:
        fixed = {
            "content-security-policy": self._policy,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "cache-control": "no-store",
        }
        added = [(name.encode(), value.encode()) for name, value in fixed.items()]

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *added]}
            await send(message)

        return sending


def _headers(scope: Message, name: bytes) -> list[str]:
    return [v.decode("latin-1") for k, v in scope["headers"] if k.lower() == name]


def _cookie(scope: Message, name: str) -> str:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load("; ".join(_headers(scope, b"cookie")))
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


async def _deny(scope: Message, receive: Receive, send: Send, why: str) -> None:
    if scope["type"] == "websocket":
        await receive()  # the opening; closing before accepting answers with 403
        await send({"type": "websocket.close", "code": 1008, "reason": why})
        return
    await _respond(send, 403, f"refused: {why}\n")


async def _respond(
    send: Send, status: int, text: str, headers: dict[str, str] | None = None
) -> None:
    named = {"content-type": "text/plain; charset=utf-8", **(headers or {})}
    lines = [(name.encode(), value.encode()) for name, value in named.items()]
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": text.encode()})
