"""Somebody's file, judged in a process of its own: nothing of it runs in ours.

place      path/to/file.py:function, read
request    what is to be judged, and its limits, as data
process    the parent: starts, watches, stops, and reads what came back
child      the child: limits itself, loads, judges, answers
load       the child's: a file or a module, and a name in it
limits     the child's: seconds of computing, bytes of memory
outcome    what the child's end means
stops      every reason not to judge, by its code
"""
