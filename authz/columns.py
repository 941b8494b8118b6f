"""What do columns of the permission store have in common?"""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import CheckConstraint, String

from authz.sorting import KEY_LENGTH

CODE_LENGTH = 64
NAME_LENGTH = 200
HSA_LENGTH = 64
BY_CODE_POINT = String(KEY_LENGTH).with_variant(
    String(KEY_LENGTH, collation="C"), "postgresql"
)
"""A key that is compared character by character."""
URI_LENGTH = 1024


def one_of(column: str, values: Iterable[StrEnum]) -> CheckConstraint:
    """Refuse a word that is not on a list."""
    quoted = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({quoted})", name=column)


def interval() -> CheckConstraint:
    """Refuse an interval that ends before it begins."""
    return CheckConstraint("valid_from < valid_until", name="validity")
