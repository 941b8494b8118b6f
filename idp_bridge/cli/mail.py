"""``idp-bridge mail``: what waits in the outbox, and how does it leave?"""

from dataclasses import asdict

import click

from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json, show_table
from idp_bridge.mail import Postman
from idp_bridge.texts.mail_texts import reminder_writer, review_writer

_ACTOR = "system:reminders"


@click.group("mail")
def group() -> None:
    """Remind administrators, and send what waits in the outbox."""


@group.command()
@pass_office
def remind(office: Office) -> None:
    """Put reminders into the outbox, 30 and 7 days before something is due.

    That is permissions that end, and the yearly review of an organisation.

    A second time it does nothing; run it every day.
    """
    click.echo(f"{_remind(office)} reminders were put into the outbox.")


@group.command()
@click.option(
    "--no-reminders", is_flag=True, help="Do not put reminders into it first."
)
@json_option
@pass_office
def send(office: Office, *, no_reminders: bool, as_json: bool) -> None:
    """Remind, then send every mail that is due; each one is sent once.

    What a server cannot take now is tried again by a later run.
    """
    if not no_reminders:
        _remind(office)
    settings = office.settings
    postman = Postman(
        settings=settings.mail,
        password=settings.mail_password.get_secret_value(),
        clock=office.clock,
    )
    sent = postman.send_all(office.register.outbox)
    if as_json:
        show_json(asdict(sent))
    else:
        click.echo(
            f"{sent.sent} sent, {sent.delayed} to be tried again,"
            f" {sent.given_up} given up."
        )


@group.command("list")
@click.option("--all", "everything", is_flag=True, help="Not only the last hundred.")
@json_option
@pass_office
def list_(office: Office, *, everything: bool, as_json: bool) -> None:
    """Show the outbox, the newest first; with --json also what the mails say."""
    found = office.register.outbox.list(limit=None if everything else 100)
    if as_json:
        show_json([asdict(one) for one in found])
        return
    show_table(
        ("mail", "kind", "written", "recipient", "subject", "tries", "state"),
        [
            (
                one.id,
                one.kind,
                one.created_at.date(),
                one.recipient,
                one.subject,
                one.tries,
                _state(
                    one.sent_at is not None, one.given_up_at is not None, one.problem
                ),
            )
            for one in found
        ],
    )


def _remind(office: Office) -> int:
    settings, now = office.settings, office.clock()
    domain = settings.host
    names = (settings.base_url, settings.agency.name)
    made = office.register.reminders.make(
        reminder_writer(*names), domain=domain, actor=_ACTOR, now=now
    )
    return made + office.review_reminders.make(
        review_writer(*names), domain=domain, actor=_ACTOR, now=now
    )


def _state(is_sent: bool, is_given_up: bool, problem: str | None) -> str:  # noqa: FBT001  # three facts of a row
    if is_sent:
        return "sent"
    words = "given up" if is_given_up else "waits"
    return f"{words} ({problem})" if problem else words
