"""``idp-bridge check``: is everything in place? Looks at all, changes nothing."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

import click

from idp_bridge import database, keys, our_metadata, rollover
from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import json_option, show_json
from idp_bridge.errors import (
    BridgeError,
    MissingAttributeError,
    SetupError,
    UnknownPartnerError,
)
from idp_bridge.keys import KeySet, Purpose
from idp_bridge.login.release_plan import check_deliverable, plan_for
from idp_bridge.services import registry_of
from idp_bridge.settings import SettingsError
from idp_bridge.state.opening import open_state
from metadata.errors import MetadataError
from metadata.mdq_store import MdqStore
from metadata.store import EntityStore

_SOON: Final = timedelta(days=30)
"""A certificate that ends within this time is reported."""

Problems = Iterator[str]


@click.command("check")
@json_option
@pass_office
def command(office: Office, *, as_json: bool) -> None:
    """Read everything, connect to everything, and print every problem.

    Raises:
        Exit: With status 1 when there are problems.
    """
    problems = _problems(office)
    if as_json:
        show_json({"ok": not problems, "problems": problems})
    elif not problems:
        click.echo("Everything is in place.")
    if not problems:
        return
    if not as_json:
        click.echo("\n".join(problems), err=True)
    raise click.exceptions.Exit(1)


def _problems(office: Office) -> list[str]:
    try:
        _ = office.settings
    except SettingsError as error:
        return list(error.problems)
    return [problem for look in _LOOKS for problem in look(office)]


def _in_keys(office: Office) -> Problems:
    found, problems = keys.inspect_keys(office.settings.key_dir)
    yield from problems
    for key in KeySet(found).published(office.clock()).keys:
        if key.not_after <= office.clock() + _SOON:
            name = f"The {key.slot} certificate for {key.purpose}"
            yield f"{name} ends {key.not_after:%Y-%m-%d}."
    yield from _in_retired_keys(office, KeySet(found))


def _in_retired_keys(office: Office, found: KeySet) -> Problems:
    """Find keys that nobody needs any more: what can open messages can be stolen."""
    validity = office.settings.saml.metadata_validity
    for purpose in Purpose:
        for step in rollover.waiting(found, purpose, validity=validity):
            if step.command == "delete" and step.until <= office.clock():
                yield (
                    f"The retired key for {purpose} has not been needed since"
                    f" {rollover.in_words(step.until)}; delete it:"
                    f" idp-bridge keys delete {purpose}"
                )


def _in_database(office: Office) -> Problems:
    try:
        _ = office.engine
    except SetupError as error:
        yield str(error)


def _in_state(office: Office) -> Problems:
    settings = office.settings
    if not settings.state_url and _is_database_broken(office):
        return
    engine = database.autocommit(office.any_engine)
    try:
        open_state(settings.state_url, engine=engine, clock=office.clock).ping()
    except BridgeError as error:
        yield f"The state store does not answer ({error})."


def _in_metadata(office: Office) -> Problems:
    settings = office.settings
    if not settings.upstream:
        yield "upstream: there is no login method; nobody can log in."
    if _is_database_broken(office):
        return
    engine = database.deferring(office.any_engine)
    store = EntityStore(engine)
    registry = registry_of(settings, store, MdqStore(engine), office.clock)
    for upstream in settings.upstream:
        yield from _unless(registry.idp, upstream.entity_id)
    for policy in settings.downstream:
        yield from _unless(registry.sp, policy.entity_id)
    for source in store.states():
        if source.problem:
            yield f"Metadata source {source.source.name}: {source.problem}"


def _unless(look: Callable[[str], object], entity_id: str) -> Problems:
    try:
        look(entity_id)
    except MetadataError as error:
        yield f"{entity_id}: {error} ({error.code})."


def _in_wishes(office: Office) -> Problems:
    """Find e-services that nobody can log in to, because they require too much."""
    if _is_database_broken(office):
        return
    for view in office.register.services.list(now=office.clock()):
        for entity_id in view.service.entity_ids:
            try:
                plan = plan_for(office.find_sp(entity_id), office.settings, None)
                check_deliverable(plan)
            except UnknownPartnerError:
                continue
            except MissingAttributeError as error:
                yield f"{entity_id} ({view.service.code}): {error} ({error.code})."


def _in_our_metadata(office: Office) -> Problems:
    yield from our_metadata.shortcomings(office.settings)


def _is_database_broken(office: Office) -> bool:
    return any(True for _ in _in_database(office))


_LOOKS: Final[tuple[Callable[[Office], Problems], ...]] = (
    _in_keys,
    _in_database,
    _in_state,
    _in_metadata,
    _in_wishes,
    _in_our_metadata,
)
