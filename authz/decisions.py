"""What may this person do at this e-tjänst at this moment, and why?

Pure functions: facts and a moment in, an answer with its reasons out. The login, the
attribute authority and the explain command ask the same ones.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from authz.errors import BadIdentifierError
from authz.identifiers import parse_organisation_number
from authz.models import (
    Agreement,
    Decision,
    Facts,
    Grant,
    GrantAnswer,
    GrantReason,
    Organisation,
    Outcome,
    Validity,
    WithoutGrant,
)


def decide(
    facts: Facts, *, organisation_numbers: tuple[str, ...], moment: datetime
) -> Decision:
    """Decide what a person may do, and give the reason for every grant.

    The first thing that is wrong is the outcome, in this order: what concerns everybody
    (the e-tjänst is closed), who it is (unknown, inactive), for whom they act (inactive
    organisation, another organisation than the assertion names), what was agreed (no
    agreement), and last what was granted. Only the last one is up to the e-tjänst's
    policy ``without_grant``; the others always end the login.

    Args:
        facts: All that may be looked at.
        organisation_numbers: The numbers that the assertion names; empty when it names
            none, which is fine because the organisation comes from our own store.
        moment: When.
    """
    answers = tuple(_answers(facts, moment))
    counting = [answer.grant for answer in answers if answer.counts]
    outcome = _first_problem(facts, organisation_numbers, moment)
    if outcome is None and not counting:
        outcome = _without_grant(facts)
    return Decision(
        outcome=outcome or Outcome.ALLOWED,
        moment=moment,
        facts=facts,
        answers=answers,
        valid_until=None if outcome else _earliest_end(facts, counting, moment),
    )


def _first_problem(
    facts: Facts, organisation_numbers: tuple[str, ...], moment: datetime
) -> Outcome | None:
    checks: tuple[tuple[Outcome, Callable[[], bool]], ...] = (
        (Outcome.SERVICE_CLOSED, lambda: not facts.service.validity.holds(moment)),
        (Outcome.UNKNOWN_PERSON, lambda: facts.person is None),
        (Outcome.INACTIVE_PERSON, lambda: not _is_person_active(facts, moment)),
        (
            Outcome.INACTIVE_ORGANISATION,
            lambda: not _is_organisation_active(facts, moment),
        ),
        (
            Outcome.WRONG_ORGANISATION,
            lambda: not is_own_organisation(facts.organisation, organisation_numbers),
        ),
        (Outcome.NO_AGREEMENT, lambda: not _has_agreement(facts, moment)),
    )
    return next((outcome for outcome, is_wrong in checks if is_wrong()), None)


def is_own_organisation(
    organisation: Organisation | None, organisation_numbers: Iterable[str]
) -> bool:
    """Tell whether every number in an assertion is one of the organisation's own."""
    own = organisation.numbers if organisation else ()
    return all(_digits(number) in own for number in organisation_numbers)


def _digits(number: str) -> str | None:
    try:
        return parse_organisation_number(number)
    except BadIdentifierError:
        return None


def _without_grant(facts: Facts) -> Outcome | None:
    if facts.service.without_grant is WithoutGrant.REFUSE:
        return Outcome.NO_PERMISSION
    return None


def _is_person_active(facts: Facts, moment: datetime) -> bool:
    # Somebody without a membership has left every organisation.
    return (
        facts.person is not None
        and facts.organisation is not None
        and facts.person.validity.holds(moment)
    )


def _is_organisation_active(facts: Facts, moment: datetime) -> bool:
    organisation = facts.organisation
    return organisation is not None and organisation.validity.holds(moment)


def _has_agreement(facts: Facts, moment: datetime) -> bool:
    return any(agreement.validity.holds(moment) for agreement in facts.agreements)


def _answers(facts: Facts, moment: datetime) -> Iterator[GrantAnswer]:
    general = _general_reason(facts, moment)
    for grant in facts.grants:
        reason = _own_reason(grant, moment) or general
        yield GrantAnswer(grant=grant, reason=reason)


def _own_reason(grant: Grant, moment: datetime) -> GrantReason | None:
    own, permission = grant.validity, grant.permission.validity
    if own.has_ended(moment):
        return GrantReason.ENDED
    if not own.has_started(moment):
        return GrantReason.NOT_YET
    if permission.has_ended(moment):
        return GrantReason.PERMISSION_ENDED
    if not permission.has_started(moment):
        return GrantReason.PERMISSION_NOT_YET
    return None


def _general_reason(facts: Facts, moment: datetime) -> GrantReason:
    if not facts.service.validity.holds(moment):
        return GrantReason.SERVICE_CLOSED
    if not _has_agreement(facts, moment):
        return GrantReason.NO_AGREEMENT
    if not _is_organisation_active(facts, moment):
        return GrantReason.INACTIVE_ORGANISATION
    if not _is_person_active(facts, moment):
        return GrantReason.INACTIVE_PERSON
    return GrantReason.COUNTS


def _earliest_end(
    facts: Facts, counting: list[Grant], moment: datetime
) -> datetime | None:
    if not counting:
        return None
    ends = [_end_of_agreements(facts.agreements, moment)]
    ends += [validity.valid_until for validity in _validities(facts, counting)]
    return min((end for end in ends if end is not None), default=None)


def _validities(facts: Facts, counting: list[Grant]) -> Iterator[Validity]:
    yield facts.service.validity
    for owner in (facts.person, facts.organisation):
        if owner is not None:
            yield owner.validity
    for grant in counting:
        yield grant.validity
        yield grant.permission.validity


def _end_of_agreements(
    agreements: tuple[Agreement, ...], moment: datetime
) -> datetime | None:
    """Say when the agreement ends, or the last of those that follow without a gap."""
    end = moment
    while holding := [a for a in agreements if a.validity.holds(end)]:
        ends = [agreement.validity.valid_until for agreement in holding]
        known = [one for one in ends if one is not None]
        if len(known) < len(ends):
            return None
        end = max(known)
    return end
