"""Errors that reach a person: one sentence that says what is wrong, one that says what to do.

TutorError            something went wrong: exit code 1
└── MisuseError       the command was given something it cannot use: exit code 2
"""


class TutorError(Exception):
    """A failure to show as `what`, followed by the way out; never as a traceback."""

    exit_code = 1

    def __init__(self, what: str, way_out: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.way_out = way_out


class MisuseError(TutorError):
    """The caller asked for something that does not exist or cannot be combined."""

    exit_code = 2
