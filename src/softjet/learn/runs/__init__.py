"""Long runs: a training that is killed at any moment ends in the same bits.

`state.py` is what a training is made of, `file.py` how that lies on disk,
`checkpoints.py` the two that are kept, `keeper.py` when one is written, `identity.py`
which run it belongs to, `stop.py` how a signal ends it, `pace.py` how long it will
still take.  Why so: docs/design/long_runs.md.
"""
