"""Run the Python blocks of a README, one after the other with shared names.

Started by the tests as a script of its own, in the folder that the README speaks of. Each line of
standard input is a job (JSON: `language`, `text`, `file`, `line`); each line of standard output is
what went wrong with it, as a JSON string, empty when nothing did.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import json
import sys
import traceback
from typing import Any


def run(job: dict[str, Any], names: dict[str, Any]) -> str:
    """Run one block with `names`, which it may add to; return what went wrong."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        if job["language"] == "pycon":
            return _run_session(job, names)
        try:
            # The empty lines make a traceback name the lines of the README.
            source = "\n" * (job["line"] - 1) + job["text"]
            exec(compile(source, job["file"], "exec"), names)  # noqa: S102 - it is what this file is for
        except BaseException:
            return printed.getvalue() + traceback.format_exc()
    return ""


def _run_session(job: dict[str, Any], names: dict[str, Any]) -> str:
    problems = io.StringIO()
    try:
        # A name of its own: doctest looks up the lines of a traceback by the name of their session.
        name = f"line {job['line']}"
        example = doctest.DocTestParser().get_doctest(
            job["text"], names, name, job["file"], job["line"] - 1
        )
    except ValueError as error:
        return str(error)
    if not example.examples:
        return "A pycon block has lines that start with >>>."
    example.globs = names
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    runner.run(example, out=problems.write, clear_globs=False)
    return problems.getvalue()


def main() -> None:
    """Answer each job until standard input ends."""
    answers = sys.stdout
    names: dict[str, Any] = {"__name__": "__main__"}
    sys.path[0] = ""
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line), names)), file=answers, flush=True)


if __name__ == "__main__":
    main()
