"""What do administrators see and do? Pages under ``/admin/`` and ``/o/``."""

from idp_bridge.views.administration import (
    adding,
    changing,
    marking,
    one_user,
    organisations,
    removing,
    users,
)
from idp_bridge.views.administration.frame import bp

__all__ = [
    "adding",
    "bp",
    "changing",
    "marking",
    "one_user",
    "organisations",
    "removing",
    "users",
]
