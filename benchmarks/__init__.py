"""Tables that are computed, not written: run one as `python -m benchmarks.NAME`."""
