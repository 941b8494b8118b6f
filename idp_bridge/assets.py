"""Which of our static files is meant? Each is named together with its content."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "static"

_MIDAS: Final = "vendor/midas-theme-3.17.1/"
_COMPONENTS: Final = "vendor/designsystemet-css-1.22.0/"

STYLESHEETS: Final = (
    _MIDAS + "color-scheme.css",
    _MIDAS + "variables.css",
    _COMPONENTS + "base.css",
    _COMPONENTS + "button.css",
    _COMPONENTS + "details.css",
    _COMPONENTS + "link.css",
    _COMPONENTS + "skip-link.css",
    _COMPONENTS + "alert.css",
    "theme.css",
    "bridge.css",
)
"""What every page loads: tokens, components, our mapping between them, our frame."""


@cache
def fingerprint(name: str) -> str:
    """Shorten the hash of a file's content to what tells its versions apart.

    Raises:
        OSError: There is no such file.
    """
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:16]


def is_current(name: str, *, version: str | None) -> bool:
    """Tell whether an address names the content that the file has now."""
    try:
        return version is not None and version == fingerprint(name)
    except OSError:
        return False
