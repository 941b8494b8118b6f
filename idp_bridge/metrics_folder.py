"""Where do the workers of one server keep their figures together?

In a folder that is new at every start, because figures begin at zero with a server. It
lies in memory where there is such a place: its files are written at every request.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")  # noqa: S108  # memory; the folder in it is private
_PREFIX: Final = "idp-bridge-metrics-"
_LOCK: Final = "lock"


@contextmanager
def metrics_folder(parent: Path | None = None) -> Iterator[Path]:
    """Make a private folder, and remove it at the end.

    Folders of servers that were killed are removed too: nobody holds their locks.

    Args:
        parent: Where to make it; memory, or the folder for temporary files.
    """
    where = parent or (MEMORY if os.access(MEMORY, os.W_OK) else None)
    where = where or Path(tempfile.gettempdir())
    _remove_abandoned(where)
    owner = os.getpid()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=where))
    with (folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            if os.getpid() == owner:  # workers are forks that end here, too
                shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(parent: Path) -> None:
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError), (folder / _LOCK).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
