"""python -m softjet: the same as the command softjet."""

from __future__ import annotations

import sys

try:
    from softjet.cli import main
except KeyboardInterrupt:  # between the imports that softjet.cli guards itself
    sys.stderr.write("interrupted: nothing was written\n")
    raise SystemExit(130) from None

if __name__ == "__main__":
    main()
