"""Stage 08 with the middleware that `MIDDLEWARE` names, and without the rest."""

import os

from app.main import app

wanted = os.environ["MIDDLEWARE"].split()
found = {getattr(each.cls, "__name__", ""): each for each in app.user_middleware}
app.user_middleware = [each for name, each in found.items() if name in wanted]
if missing := set(wanted) - found.keys():
    raise LookupError(f"The stage has no {', '.join(missing)}.")
