"""How do we tell the operator what is wrong, everything at once and by name?"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from idp_bridge.errors import SetupError
from idp_bridge.settings.model import Settings

Location = tuple[int | str, ...]
"""Where a value stands: names of tables and settings, and positions in lists."""


class SettingsError(SetupError):
    """The configuration has mistakes; the bridge does not start.

    Args:
        problems: One sentence each, beginning with the name of the setting.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def problems_of(
    error: ValidationError, origins: Mapping[Location, str]
) -> tuple[str, ...]:
    """Turn what pydantic found into sentences that never quote a value.

    Args:
        error: What pydantic found.
        origins: Environment variables that brought a value.
    """
    details = error.errors(include_url=False, include_input=False)
    return tuple(
        f"{name_of(detail['loc'], origins)}: {_sentence(detail)}" for detail in details
    )


def name_of(location: Location, origins: Mapping[Location, str]) -> str:
    """Write the name of a setting as the operator wrote it."""
    name = ""
    for part in location:
        if isinstance(part, int):
            name += f"[{part + 1}]"
        elif part != "[key]":
            name += f".{part}" if name else part
    variable = _origin(location, origins)
    return f"{name} ({variable})" if variable else name


def _origin(location: Location, origins: Mapping[Location, str]) -> str | None:
    beginnings = (location[:end] for end in range(len(location), 0, -1))
    return next((origins[one] for one in beginnings if one in origins), None)


def _sentence(detail: ErrorDetails) -> str:
    if detail["type"] == "missing":
        return "is missing"
    if detail["type"] == "extra_forbidden":
        return f"is not a setting{_did_you_mean(detail['loc'])}"
    if detail["type"] == "string_pattern_mismatch":
        return "is not written as it must be"
    return detail["msg"].removeprefix("Value error, ").replace("Input should", "should")


def _did_you_mean(location: Location) -> str:
    near = get_close_matches(str(location[-1]), names_at(location[:-1]), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def names_at(location: Location) -> list[str]:
    """List the settings that there are in a table."""
    model: Any = Settings
    for part in location:
        if isinstance(part, str) and model is not None:
            model = section_of(model, part)
    return list(model.model_fields) if model is not None else []


def section_of(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """Find the model of a table, or of the tables in a list; ``None`` for a value."""
    field = model.model_fields.get(name)
    annotation: Any = field.annotation if field else None
    candidates = (annotation, *getattr(annotation, "__args__", ()))
    return next(
        (
            one
            for one in candidates
            if isinstance(one, type) and issubclass(one, BaseModel)
        ),
        None,
    )
