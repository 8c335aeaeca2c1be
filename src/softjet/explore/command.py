"""`softjet explore`: the page, live on this machine, or carried away as one file."""

from __future__ import annotations

from pathlib import Path

from softjet.errors import Refusal


def explore(
    *,
    port: int = 0,
    browser: bool = True,
    export: Path | None = None,
    state: str = "",
) -> None:
    """Serve the explorer until Ctrl-C, or write it into one file.

    Parameters
    ----------
    port : int
        On 127.0.0.1; 0 takes any free one.
    browser : bool
        Whether to open the address, which is the first line on standard output.
    export : path, optional
        Write this HTML file and return; nothing is served.
    state : str
        What the file shows, as the page's address has it: "#maps?logits=2,-1,0".

    Refuses
    -------
    A port that is taken or no port ("explore-port"); a file that cannot be written
    ("explore-file").
    """
    if export is not None:
        from softjet.explore.address import read_address
        from softjet.explore.export import write

        write(export, read_address(state))
        return
    if not 0 <= port <= 65535:
        raise Refusal(
            "explore-port", "no such port", got=f"port {port}", want="0 to 65535"
        )
    from softjet.explore.server import serve

    try:
        serve(port, browser)
    except KeyboardInterrupt as stop:
        # Ctrl-C is how a server is told that it is done; SIGTERM, a kind of it, is not.
        if type(stop) is not KeyboardInterrupt:
            raise
