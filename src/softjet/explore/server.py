"""The server: one page, its files, and one function behind a socket and a POST.

    GET  /              the page
    GET  /static/NAME   its files, by name
    GET  /scenes        what a page needs to know once
    POST /ask           one message of the wire
    POST /export        the state's page as one file
    WS   /live          messages of the wire, one after the other

All of it stands behind the guard.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import webbrowser

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from softjet.errors import Refusal
from softjet.explore import wire
from softjet.explore.assets import assets, content_type
from softjet.explore.compute import describe
from softjet.explore.guard import Guard

HOST = "127.0.0.1"


def application(port: int, token: str | None = None) -> Guard:
    """The guarded application for a server on this port."""
    routes = [
        Route("/", _page),
        Route("/static/{name:path}", _static),
        Route("/scenes", _scenes),
        Route("/ask", _ask, methods=["POST"]),
        Route("/export", _export, methods=["POST"]),
        WebSocketRoute("/live", _live),
    ]
    return Guard(Starlette(routes=routes), port, token)


async def _page(request: Request) -> Response:
    return _file("index.html")


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in assets():
        return Response("there is no such file\n", 404, media_type="text/plain")
    return _file(name)


def _file(name: str) -> Response:
    return Response(assets()[name], headers={"content-type": content_type(name)})


async def _scenes(request: Request) -> Response:
    return _json(wire.encode(describe()))


async def _ask(request: Request) -> Response:
    return _json(wire.answer(await request.body()))


async def _export(request: Request) -> Response:
    from softjet.explore.export import page

    try:
        state = json.loads(await request.body())
        # Seconds of work: in a thread, so that drags go on meanwhile.
        return Response(await run_in_threadpool(page, state), media_type="text/html")
    except Refusal as refusal:
        return _json(wire.encode({"refusal": wire.in_words(refusal)}), 422)
    except ValueError:
        return Response("the state is not JSON\n", 400, media_type="text/plain")


def _json(text: str, status: int = 200) -> Response:
    return Response(text, status, media_type="application/json")


async def _live(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while (message := await socket.receive())["type"] == "websocket.receive":
            said = message.get("text") or message.get("bytes") or ""
            await socket.send_text(wire.answer(said))
    except WebSocketDisconnect:  # gone while we answered
        return


def listen(port: int) -> socket.socket:
    """A socket on the loopback that already takes connections; 0: any free port."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # Without it a port rests for a minute after its last server; Windows differs.
    if sys.platform != "win32":
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
        found.listen(64)
    except OSError:
        found.close()
        raise Refusal(
            "explore-port",
            "the port cannot be used",
            got=f"port {port}",
            want="a free one",
            hint="--port 0",
        ) from None
    return found


def server(app: Guard) -> uvicorn.Server:
    """Uvicorn, quiet; a message that is too long closes its socket (1009)."""
    config = uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,
        ws="websockets-sansio",
        ws_max_size=wire.MOST_BYTES,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


def serve(port: int, browser: bool) -> None:
    """Print the address, open it, answer until interrupted."""
    listening = listen(port)
    with listening:
        app = application(listening.getsockname()[1])
        sys.stdout.write(f"{app.address}\nCtrl-C stops it.\n")
        sys.stdout.flush()
        if browser:
            opening = threading.Thread(target=webbrowser.open, args=(app.address,))
            opening.daemon = True
            opening.start()
        server(app).run(sockets=[listening])
