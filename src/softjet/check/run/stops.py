"""Every reason why a file could not be judged, by its code: SJ350 to SJ379.

A stop is a refusal: what is wrong, what came, what was wanted, what to try.
"""

from __future__ import annotations

from typing import NamedTuple

from softjet.errors import Refusal


class Stop(NamedTuple):
    """One reason: what happened, what would be judged instead, and what it means."""

    code: str
    name: str
    want: str
    why: str
    hint: str | None = None

    def refusal(self, got: str, hint: str | None = None) -> Refusal:
        """This reason, with what came."""
        hint = self.hint if hint is None else hint
        return Refusal(self.code, self.name, got=got, want=self.want, hint=hint)


PLACE = Stop(
    "SJ350",
    "this is no place of a function",
    "path/to/file.py:function, package.module:function or path/to/file.py:Class",
    "A place is a file or a module, a colon, and a name in it. For the second function "
    "of the same file, the name alone is enough.",
)
FILE = Stop(
    "SJ351",
    "there is no such Python file",
    "a Python file that can be read",
    "The path is read from the folder in which the command runs.",
)
FUNCTION = Stop(
    "SJ352",
    "the file has no such name",
    "the name of a function or a class at the top level of the file",
    "The file was loaded, and the name is not there. What stands below "
    "if __name__ == '__main__': is not run.",
)
LOADING = Stop(
    "SJ353",
    "the file does not load",
    "a file that can be imported",
    "The file is imported as another file would import it, in the folder in which the "
    "command runs, with the folder of the file on the path.",
)
TIME = Stop(
    "SJ354",
    "it did not come to an end",
    "an answer within the limit of time",
    "The limit is on seconds of computing, and on three times as many by the clock: an "
    "endless loop meets the first, something that waits meets the second.",
    "look for a loop that never ends; if it is only slow, raise --timeout",
)
MEMORY = Stop(
    "SJ355",
    "it asked for more memory than it may have",
    "an answer within the limit of memory",
    "The limit is on what the whole process holds, the interpreter and the libraries "
    "included. A Jacobian of every row against every row is the usual reason.",
    "look for an array that grows with (rows x classes) squared; or raise --memory",
)
ENDED = Stop(
    "SJ356",
    "it ended the process",
    "a function that returns or raises an exception",
    "sys.exit, os._exit or quit was called while the file was loaded or the function "
    "ran, so that nothing was left to judge.",
    "take the call out, or put it below if __name__ == '__main__':",
)
CRASH = Stop(
    "SJ357",
    "it crashed the process",
    "a function that returns or raises an exception",
    "The process was ended by a signal, as compiled code does that reads memory which "
    "is not its own, or a recursion without end.",
)
OUTPUT = Stop(
    "SJ358",
    "it prints without end",
    "a few lines at most",
    "What the file prints is kept apart and shown with the report. It was stopped "
    "when it had printed more than anyone reads.",
    "take the print out of the loop",
)
ANSWER = Stop(
    "SJ359",
    "the checker failed",
    "a verdict",
    "What came back was no verdict. This is a fault of softjet, unless the file "
    "changed softjet or NumPy while it ran.",
    "report it with the file that shows it",
)
OPTION = Stop(
    "SJ360",
    "an option has a value that it cannot have",
    "one of the values of that option",
    "softjet check --help lists the options.",
)
CONVENTION = Stop(
    "SJ361",
    "the checker cannot tell how to call it",
    "arguments whose names or values tell what they are",
    "Which argument is which is read from the names of the arguments, and never "
    "guessed where they do not tell.",
)

STOPS = (
    PLACE,
    FILE,
    FUNCTION,
    LOADING,
    TIME,
    MEMORY,
    ENDED,
    CRASH,
    OUTPUT,
    ANSWER,
    OPTION,
    CONVENTION,
)
