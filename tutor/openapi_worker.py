"""The process that imports one app: `python -m tutor.openapi_worker ROOT LESSON STARTED_FROM`.

Its standard output is one JSON object: `document`, or `what` went wrong and the `way_out`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from tutor.catalog import Catalog
from tutor.errors import TutorError
from tutor.loading import Place, enter, load_app
from tutor.preparing import set_environment

LONGEST = 60.0
"""Seconds after which this process ends by itself, should nobody have ended it."""


def main(root: Path, wanted: str, started_from: Path) -> dict[str, Any]:
    """Return the answer about the lesson at the path `wanted` below `root`."""
    catalog = Catalog(root)
    try:
        return {"document": _document(wanted, catalog, started_from)}
    except TutorError as error:
        return {"what": error.what, "way_out": error.way_out}


def _document(wanted: str, catalog: Catalog, started_from: Path) -> object:
    lesson = next(each for each in catalog.lessons if each.path == wanted)
    folder = lesson.folder.absolute()
    set_environment(lesson, catalog)
    enter(folder, catalog.root)
    factory = bool(lesson.card.run.server.get("factory", False))
    app = load_app(lesson.card.serve, folder, started_from, factory=factory)
    describe = getattr(app, "openapi", None)
    if describe is None:
        raise TutorError(f"{lesson.name}: {lesson.card.serve} has no OpenAPI document.")
    with Place(folder, started_from).errors_located():
        return describe()


if __name__ == "__main__":
    timer = threading.Timer(LONGEST, os._exit, (1,))
    timer.daemon = True
    timer.start()
    # What the app prints must not get between: it goes to standard error.
    answer = os.dup(1)
    os.dup2(2, 1)
    text = json.dumps(main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
    with os.fdopen(answer, "w", encoding="utf-8") as out:
        out.write(text)
    os._exit(0)  # a thread that the app left running must not keep us
