"""Docstrings are tests; those of softjet.torch are where there is torch."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("torch") else ["softjet/torch"]
