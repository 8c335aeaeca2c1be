"""The rules, compiled: the same names, row by row, in explicit vectors.

A kernel has a rule's mathematics and none of its manners: flat arrays in one of two
dtypes, the last axis, finite rows.  It marks the rows it cannot answer, and the rule
answers those.  Nothing here is imported before the first call that needs it.

    softmax.py ...      one file for each rule, the same verbs
    _row.py, _centre.py, _sum.py ...    what they share, in vectors
    _vector.py, _memory.py, _powers.py  what a vector is, in LLVM's words
    _compile.py, _cache.py              when and how Numba compiles, and keeps it
    threads.py, _pool.py, _cores.py     helper threads, lent to one call at a time
"""
