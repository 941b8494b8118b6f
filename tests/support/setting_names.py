"""Which settings are there? The names and defaults, read from the models."""

from collections.abc import Iterator
from dataclasses import dataclass
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
    for name, field in model.model_fields.items():
        section = _section_of(field.annotation)
        if section is None:
            default = _default_of(field, path, name, defaults)
            meaning = " ".join((field.description or "").split())
            yield DocumentedSetting(heading, name, default, meaning)
        else:
            inner.append((section, f"{path}.{name}".lstrip("."), field))
    for section, where, field in inner:
        brackets = f"[[{where}]]" if get_args(field.annotation) else f"[{where}]"
        given = field.default if isinstance(field.default, BaseModel) else None
        yield from _settings_of(section, where, heading=brackets, defaults=given)


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
