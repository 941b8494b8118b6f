"""Which settings does the environment bring?

``IDP_BRIDGE_TRUSTED_PROXIES=1`` is ``trusted_proxies``,
``IDP_BRIDGE_SAML__LOGIN_MINUTES=30`` is ``login_minutes`` in ``[saml]``. Lists and
tables are written as JSON.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from idp_bridge.settings.problems import Location

PREFIX: Final = "IDP_BRIDGE_"
SEPARATOR: Final = "__"
NOT_SETTINGS: Final = ("IDP_BRIDGE_CONFIG",)
"""Variables with our prefix that say where settings are."""


@dataclass(slots=True)
class FromEnvironment:
    """What was found in the environment."""

    values: dict[str, Any] = field(default_factory=dict)
    """Nested like the TOML file."""
    origins: dict[Location, str] = field(default_factory=dict)
    """Which variable brought which setting."""
    problems: list[str] = field(default_factory=list)


def read_environment(environ: Mapping[str, str]) -> FromEnvironment:
    """Collect every variable with our prefix."""
    found = FromEnvironment()
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and variable not in NOT_SETTINGS:
            _add(found, variable, environ[variable])
    return found


def _add(found: FromEnvironment, variable: str, text: str) -> None:
    path = tuple(variable.removeprefix(PREFIX).lower().split(SEPARATOR))
    table = found.values
    for part in path[:-1]:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            found.problems.append(f"{variable}: lies inside a value, not a table")
            return
    found.origins[path] = variable
    try:
        table[path[-1]] = json.loads(text) if text[:1] in ("[", "{") else text
    except json.JSONDecodeError:
        found.problems.append(f"{variable}: is not JSON")
