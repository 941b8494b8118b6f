"""How are the values of a login written for the state store?"""

import json
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any, Final


def to_json(value: object) -> bytes:
    """Write a value on one line: dataclasses become objects, moments become texts."""
    return _ENCODER.encode(value).encode()


def _plain(value: Any) -> object:
    """Hand JSON the fields of a value, one level at a time: nothing is copied."""
    if isinstance(value, datetime):
        return value.isoformat()
    return {name: getattr(value, name) for name in _names_of(value.__class__)}


@cache
def _names_of(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


_ENCODER: Final = json.JSONEncoder(default=_plain, ensure_ascii=False)
