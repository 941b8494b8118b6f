"""Where do settings come from? A TOML file, the environment, files with secrets."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from idp_bridge.settings.consistency import contradictions
from idp_bridge.settings.environment import FromEnvironment, read_environment
from idp_bridge.settings.model import SECRETS, Settings
from idp_bridge.settings.problems import SettingsError, problems_of


def load_settings(config: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read and check the whole configuration.

    The environment wins over the file. Relative paths start from the file's folder,
    without a file from the current one.

    Args:
        config: The TOML file, if there is one.
        environ: The environment, ``os.environ`` in operation.

    Raises:
        SettingsError: Lists every problem.
    """
    directory = config.resolve().parent if config else Path.cwd()
    written = _read_file(config) if config else {}
    problems = _read_secret_files(written, directory)
    from_environment = read_environment(environ)
    problems += from_environment.problems
    problems += _read_secret_files(from_environment.values, directory)
    raw = merged(written, from_environment.values)
    settings, found = _validate(raw, directory, from_environment)
    problems += found
    problems += contradictions(raw)
    if settings is None or problems:
        raise SettingsError(dict.fromkeys(problems))
    return settings


def _validate(
    raw: dict[str, Any], directory: Path, environment: FromEnvironment
) -> tuple[Settings | None, list[str]]:
    try:
        return Settings.model_validate(raw, context={"directory": directory}), []
    except ValidationError as error:
        found = problems_of(error, environment.origins)
        unread = {name for name in SECRETS if name in raw and raw[name] is None}
        return None, [one for one in found if one.partition(":")[0] not in unread]


def _read_file(config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise SettingsError([f"{config}: cannot be read: {reason}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([f"{config}: is not TOML: {error}"]) from error


def _read_secret_files(values: dict[str, Any], directory: Path) -> list[str]:
    """Replace each ``NAME_file`` by ``NAME`` with the content of that file."""
    problems = []
    for name in SECRETS:
        file = values.pop(f"{name}_file", None)
        if file is None:
            continue
        if name in values:
            problems.append(f"{name}: is given twice, also as {name}_file")
            continue
        try:
            values[name] = (directory / str(file)).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not text"
            problems.append(f"{name}_file: {file} cannot be read: {reason}")
            values[name] = None
    return problems


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one source of settings over another, table by table."""
    result = dict(below)
    for name, value in above.items():
        beneath = result.get(name)
        if isinstance(value, dict) and isinstance(beneath, dict):
            result[name] = merged(beneath, value)
        else:
            result[name] = value
    return result
