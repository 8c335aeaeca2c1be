"""Judging code by the exact answer: `oracle` knows 60 digits of every function and its
derivatives, `corpus` holds the rows on which careless formulas go wrong, and `laws`
are the statements that must hold for every rule.  Import the module you need: the
oracle stands on mpmath (the extra `check`), so nothing is imported here."""
