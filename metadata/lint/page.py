"""How do we tell people which rules there are? As a table for ``docs/lint.md``."""

from collections.abc import Iterator

from metadata.lint import rules
from metadata.lint.levels import Profile
from metadata.lint.registry import RULES, Rule

_NOTHING = "-"


def table_of_rules() -> str:
    """Write every rule in Markdown: code, what it wants, level and clause by profile.

    The table is as the code has it; a test compares the page with it.
    """
    rules.register_all()
    return "\n".join((*_head(), *map(_row, sorted(RULES.values(), key=_code))))


def _code(rule: Rule) -> str:
    return rule.code


def _head() -> Iterator[str]:
    columns = ("code", "what it wants", *Profile)
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"


def _row(rule: Rule) -> str:
    demands = {one.profile: f"{one.level}: {one.clause}" for one in rule.demands}
    cells = (demands.get(profile, _NOTHING) for profile in Profile)
    return f"| `{rule.code}` | {rule.summary} | {' | '.join(cells)} |"
