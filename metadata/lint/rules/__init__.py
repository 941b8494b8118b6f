"""The rules, one small function each, in files by what they look at."""

from importlib import import_module
from typing import Final

_FILES: Final = (
    "structure",
    "values",
    "identity",
    "validity",
    "signature",
    "keys",
    "certificates",
    "algorithms",
    "endpoints",
    "bindings",
    "indexes",
    "display",
    "languages",
    "organisation",
    "contacts",
    "categories",
    "assurance",
    "scopes",
    "name_ids",
    "requested",
    "registration",
)
"""In the order in which their rules are asked."""


def register_all() -> None:
    """Register every rule; a second time changes nothing."""
    import_module("metadata.lint.reading")
    import_module("metadata.lint.verifying")
    for name in _FILES:
        import_module(f"{__name__}.{name}")
