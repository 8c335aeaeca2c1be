"""The catalogue's files are judged, never imported by pytest itself."""

collect_ignore_glob = ["*.py", "*/*.py"]
