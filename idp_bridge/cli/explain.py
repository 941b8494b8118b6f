"""``idp-bridge explain``: what would somebody get at an e-service, and why?"""

from datetime import UTC, datetime

import click

from authz.claims import encode
from authz.models import Decision
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json, show_table

_FORMATS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")


@click.command("explain")
@click.argument("hsa_id")
@click.argument("service")
@click.option(
    "--at",
    type=click.DateTime(_FORMATS),
    help="A moment in UTC; now if it is not given.",
)
@json_option
@pass_office
def command(
    office: Office, *, hsa_id: str, service: str, at: datetime | None, as_json: bool
) -> None:
    """Say what a person would get at SERVICE (its code), and why.

    The person's organisation sees in its events that somebody looked the person up.
    """
    now = at.replace(tzinfo=UTC) if at else office.clock()
    decision = office.authz.explain(hsa_id, service, now=now)
    office.register.people.look_up(hsa_id, **office.by)
    claims = encode(decision.facts.service.claim_format, decision)
    if as_json:
        show_json(_as_facts(decision, claims))
    else:
        _show(decision, claims)


def _as_facts(decision: Decision, claims: tuple[str, ...]) -> dict[str, object]:
    return {
        "outcome": decision.outcome,
        "moment": decision.moment,
        "valid_until": decision.valid_until,
        "grants": [
            {
                "permission": answer.grant.permission.code,
                "reason": answer.reason,
                "counts": answer.counts,
                "valid_from": answer.grant.validity.valid_from,
                "valid_until": answer.grant.validity.valid_until,
            }
            for answer in decision.answers
        ],
        "claims": claims,
    }


def _show(decision: Decision, claims: tuple[str, ...]) -> None:
    click.echo(f"outcome: {decision.outcome}")
    if decision.valid_until:
        click.echo(f"until: {decision.valid_until.isoformat()}")
    show_table(
        ("permission", "reason", "valid_from", "valid_until"),
        [
            (
                answer.grant.permission.code,
                answer.reason,
                answer.grant.validity.valid_from,
                answer.grant.validity.valid_until,
            )
            for answer in decision.answers
        ],
    )
    for claim in claims:
        click.echo(f"claim: {claim}")
