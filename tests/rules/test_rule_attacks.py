"""Every check on a message is attacked by a test."""

import ast
import re

import pytest

from idp_bridge import errors
from tests.support.source_code import functions, name_of, python_files

CHECKS = {
    f"{name_of(path)}:{function.name}": function
    for path in python_files("idp_bridge/saml")
    for function in functions(path)
    if function.name.startswith("check_")
}


def attacks() -> str:
    return "\n".join(path.read_text() for path in python_files("tests/attacks"))


def raised_by(function: ast.FunctionDef) -> set[str]:
    """Name the errors that stand in ``raise`` statements of a function."""
    raised = [node.exc for node in ast.walk(function) if isinstance(node, ast.Raise)]
    calls = [node.func if isinstance(node, ast.Call) else node for node in raised]
    return {node.id for node in calls if isinstance(node, ast.Name)} & vars(
        errors
    ).keys()


def is_expected(error: str, text: str) -> bool:
    """Say whether a text names an error by its class or by its code in quotes."""
    code = re.escape(getattr(errors, error).code)
    return re.search(rf"\b{error}\b|[\"']{code}[\"']", text) is not None


def is_attacked(function: ast.FunctionDef, text: str) -> bool:
    if re.search(rf"\b{function.name}\b", text):
        return True
    raised = raised_by(function)
    return bool(raised) and all(is_expected(error, text) for error in raised)


def test_there_are_checks() -> None:
    assert len(CHECKS) >= 20


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_has_an_attack(check: str) -> None:
    function = CHECKS[check]
    assert is_attacked(function, attacks()), (
        f"no test in tests/attacks names {function.name} or expects every error that"
        f" it raises: {sorted(raised_by(function))}"
    )


@pytest.mark.parametrize(
    ("text", "attacked"),
    [
        ("from idp_bridge.saml.checks import check_audience", True),
        ("with pytest.raises(WrongAudienceError): ...", True),
        ('assert refusal.code == "wrong-audience"', True),
        ("wrong-audience", False),
        ("with pytest.raises(NotWrongAudienceError): ...", False),
        ("def check_audience_of_a_film(): ...", False),
    ],
)
def test_an_attack_names_the_check_or_its_error(*, text: str, attacked: bool) -> None:
    source = "def check_audience(a):\n    raise WrongAudienceError('not us')"
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert is_attacked(function, text) is attacked
