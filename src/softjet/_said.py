"""Two sentences that must be had before anything else could be imported."""

INTERRUPTED = "interrupted: nothing was written\n"
MISSING = 'softjet: {} is not installed: pip install "softjet[all]"\n'
