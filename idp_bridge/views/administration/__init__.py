"""What do administrators see and do? Pages under ``/admin/`` and ``/o/``."""

from idp_bridge.views.administration import (
    adding,
    changing,
    copying,
    events,
    exporting,
    importing,
    many,
    marking,
    matrix,
    one_user,
    organisations,
    permissions,
    removing,
    results,
    undoing,
    users,
)
from idp_bridge.views.administration.frame import bp

__all__ = [
    "adding",
    "bp",
    "changing",
    "copying",
    "events",
    "exporting",
    "importing",
    "many",
    "marking",
    "matrix",
    "one_user",
    "organisations",
    "permissions",
    "removing",
    "results",
    "undoing",
    "users",
]
