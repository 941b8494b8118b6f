"""Which settings are there? The names and defaults, read from the models."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from textwrap import dedent
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from idp_bridge.settings import Settings
from idp_bridge.settings.model import DERIVED


@dataclass(frozen=True)
class DocumentedSetting:
    """What the documentation must say about one setting."""

    table: str
    """The table as TOML writes it, ``""`` for the top level."""
    name: str
    default: str
    """As the documentation writes it."""
    meaning: str


def all_settings() -> list[DocumentedSetting]:
    """List every setting of every table."""
    return list(_settings_of(Settings, "", heading="", defaults=None))


def _settings_of(
    model: type[BaseModel], path: str, *, heading: str, defaults: BaseModel | None
) -> Iterator[DocumentedSetting]:
    inner = []
    meanings = _meanings_in(model)
    for name, field in model.model_fields.items():
        section = _section_of(field.annotation)
        if section is None:
            default = _default_of(field, path, name, defaults)
            yield DocumentedSetting(heading, name, default, meanings.get(name, ""))
        else:
            inner.append((section, f"{path}.{name}".lstrip("."), field))
    for section, where, field in inner:
        brackets = f"[[{where}]]" if get_args(field.annotation) else f"[{where}]"
        given = field.default if isinstance(field.default, BaseModel) else None
        yield from _settings_of(section, where, heading=brackets, defaults=given)


def _meanings_in(model: type[BaseModel]) -> dict[str, str]:
    """Read the text under each field in the source of a model."""
    (body,) = ast.parse(dedent(inspect.getsource(model))).body
    assert isinstance(body, ast.ClassDef)
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(body.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _section_of(annotation: Any) -> type[BaseModel] | None:
    for one in (annotation, *get_args(annotation)):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None


def _default_of(
    field: FieldInfo, path: str, name: str, defaults: BaseModel | None
) -> str:
    if path == "saml" and name in DERIVED:
        return f"`base_url` + `{DERIVED[name]}`"
    value = getattr(defaults, name) if defaults else field.default
    if value is PydanticUndefined:
        return "see below" if field.default_factory else "must be given"
    return "not given" if value is None else f"`{_toml(value)}`"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return f'"{value}"'
