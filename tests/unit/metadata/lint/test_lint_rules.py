"""Every rule of the linter finds what breaks it, and leaves its twin alone."""

import pytest

from metadata.lint.levels import Level, Profile
from metadata.lint.linter import Finding, lint
from metadata.lint.registry import RULES
from tests.support.clock import NOW
from tests.support.keys import rsa_key
from tests.support.lint_cases import all_cases
from tests.support.lint_changes import Case
from tests.support.lint_documents import exemplary_idp, exemplary_sp

SIGNERS = [rsa_key("federation", 3072).public]


def findings(data: bytes) -> list[Finding]:
    sections = lint(data, now=NOW, signers=SIGNERS)
    return [found for one in sections for found in one.findings]


def codes(data: bytes) -> set[str]:
    return {finding.code for finding in findings(data)}


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    return all_cases()


def test_every_rule_has_a_case_and_every_case_a_rule(cases: dict[str, Case]) -> None:
    assert cases.keys() == RULES.keys()


@pytest.mark.parametrize("code", RULES)
def test_a_rule_finds_what_breaks_it(code: str, cases: dict[str, Case]) -> None:
    assert code in codes(cases[code].bad)


@pytest.mark.parametrize("code", RULES)
def test_a_rule_leaves_alone_what_fulfils_it(code: str, cases: dict[str, Case]) -> None:
    assert code not in codes(cases[code].good)


@pytest.mark.parametrize("document", [exemplary_idp, exemplary_sp])
def test_nothing_is_wrong_in_an_exemplary_entity(document: object) -> None:
    assert callable(document)
    assert findings(document().encode()) == []


@pytest.mark.parametrize("code", RULES)
def test_a_rule_says_what_to_do_in_a_sentence(
    code: str, cases: dict[str, Case]
) -> None:
    found = [one for one in findings(cases[code].bad) if one.code == code]
    for finding in found:
        assert finding.text.endswith((".", "?"))
        assert len(finding.text) > 20
        assert finding.clauses


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_a_rule_is_described_and_cites_its_clauses(rule: object) -> None:
    found = RULES[getattr(rule, "code", "")]
    assert found.summary.endswith(".")
    assert found.demands
    assert len({one.profile for one in found.demands}) == len(found.demands)
    assert all(one.clause for one in found.demands)


def test_a_level_is_that_of_the_strictest_wanted_profile(
    cases: dict[str, Case],
) -> None:
    def level(*profiles: Profile) -> Level | None:
        data = cases["certificate-expired"].bad
        sections = lint(data, now=NOW, profiles=frozenset(profiles))
        found = [one for section in sections for one in section.findings]
        levels = [one.level for one in found if one.code == "certificate-expired"]
        return levels[0] if levels else None

    assert level() is Level.ADVICE
    assert level(Profile.SWEDEN_CONNECT) is Level.ADVICE
    assert level(Profile.SWAMID, Profile.SWEDEN_CONNECT) is Level.ERROR


def test_a_rule_of_another_profile_is_silent(cases: dict[str, Case]) -> None:
    data = cases["idp-attributes"].bad
    for profile in Profile:
        sections = lint(data, now=NOW, profiles=frozenset({profile}))
        found = {one.code for section in sections for one in section.findings}
        assert ("idp-attributes" in found) == (profile is Profile.SWAMID)
