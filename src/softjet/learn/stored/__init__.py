"""Tables larger than memory: read in batches, encoded once, trained from disk.

    source -> statistics -> encoded float32 rows on disk -> shards of rows -> solver

`table.py` is the way in (`open_table`), `sources.py` what can be read, `building.py`
how rows are encoded and kept, `shards.py` how a solver reads them back, `plan.py` what
the memory that was granted is spent on.  Why it is so: docs/design/data.md.
"""

from __future__ import annotations
