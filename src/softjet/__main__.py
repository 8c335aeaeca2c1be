"""python -m softjet: the same as the command softjet."""

from __future__ import annotations

from softjet.cli import main

if __name__ == "__main__":
    main()
