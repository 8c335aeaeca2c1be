"""A real browser on a real server: what the tests and the benchmark share."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from softjet.explore.server import application, listen, server

CHROMIUM = os.environ.get("SOFTJET_CHROMIUM") or shutil.which("chromium")


@contextmanager
def serving() -> Iterator[Any]:
    """The explorer on a free port of this machine, as its guard."""
    with listen(0) as listening:
        app = application(listening.getsockname()[1])
        running = server(app)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield app
        finally:
            running.should_exit = True
            thread.join()


@contextmanager
def browsing() -> Iterator[Any]:
    """Chromium, headless."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        try:
            yield browser
        finally:
            browser.close()


def settle(page: Any) -> None:
    """Wait until the newest request's numbers are on the page."""
    page.evaluate(
        """() => new Promise((done) => {
          const root = document.documentElement.dataset;
          const look = () => {
            if (root.settled && root.settled === root.wanted) done();
            else requestAnimationFrame(look);
          };
          look();
        })"""
    )


def enter(app: Any, page: Any, fragment: str = "") -> None:
    """Through the door, then to a state."""
    page.goto(app.address)
    page.wait_for_url(f"http://{app.host}/")
    page.goto(f"http://{app.host}/{fragment}")
    if fragment:
        page.reload()
    page.wait_for_selector("html[data-settled]", state="attached")
    settle(page)
