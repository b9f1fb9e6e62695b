"""JupyterLab as the tool starts it: on this machine only, and quiet.

The tool runs this file by its path with the interpreter of the notebooks' environment, where the
tool itself is not installed: `python -P notebook_server.py ROOT NOTEBOOK STATE`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from jupyter_server.serverapp import ServerApp
from jupyter_server.services.contents.filecheckpoints import AsyncFileCheckpoints
from jupyterlab.labapp import LabApp

# It would ask whether to fetch news, and then look for a newer version, too.
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
}


class JupyterLab(ServerApp):  # type: ignore[misc] # not seen by the checker
    """The server. Ctrl-C, too, ends it and its kernels in order, and without a question."""

    def init_signal(self) -> None:
        """Let each signal that asks for an end bring about an orderly one."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: self.stop(from_signal=True))


class CheckpointsElsewhere(AsyncFileCheckpoints):  # type: ignore[misc] # not seen by the checker
    """Jupyter's copies of saved files, below `checkpoint_dir` and not in the lessons' folders."""

    def checkpoint_path(self, checkpoint_id: str, path: str) -> str:
        """Return the place of the copy of the file `path`; make its folder."""
        self._get_os_path(path)  # refuses a path that leads out of the checkout
        place = Path(self.checkpoint_dir, path.strip("/"))
        place.parent.mkdir(parents=True, exist_ok=True)
        return str(place.with_name(f"{place.stem}-{checkpoint_id}{place.suffix}"))


def main(root: Path, notebook: Path, state: Path) -> None:
    """Serve the checkout `root` until a signal ends it; open `notebook`, keep files in `state`."""
    settings = state / "config" / "labconfig" / "default_setting_overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps(SETTINGS), encoding="utf-8")
    LabApp.serverapp_class = JupyterLab
    LabApp.launch_instance(
        [
            f"--ServerApp.root_dir={root}",
            f"--LabApp.default_url=/lab/tree/{notebook.relative_to(root).as_posix()}",
            "--ServerApp.ip=127.0.0.1",
            "--ServerApp.port=0",
            "--Application.log_level=ERROR",
            # Else each kernel warns that others on this machine might listen.
            "--KernelManager.transport_encryption=auto",
            f"--ServerApp.allow_root={hasattr(os, 'geteuid') and os.geteuid() == 0}",
            f"--ContentsManager.checkpoints_class={__name__}.{CheckpointsElsewhere.__name__}",
            f"--FileCheckpoints.checkpoint_dir={state / 'checkpoints'}",
            # It would run npm, to look for language servers.
            "--ServerApp.jpserver_extensions=jupyter_lsp=False",
            # It would fetch a list of extensions.
            "--LabApp.extension_manager=readonly",
        ]
    )


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
