"""Whatever operators do on a page can also be done in a terminal.

The table is the promise: each route of the operators' pages that takes a form, and the
commands that do the same. A new route fails here until somebody has decided.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click
import pytest

from idp_bridge.cli import main
from tests.support.operator_pages import make_site

COMMANDS: Final[Mapping[str, str]] = {
    "add_administrator": "administrator add",
    "add_agreement": "agreement add --from --until --reference",
    "add_entity_to_service": "service change --add-entity-id",
    "add_notice": "notice add --english --level --place --service --from --until",
    "add_number": "organisation number",
    "add_operator": "operator add --role --from --until",
    "add_organisation": "organisation add --kind",
    "add_permission": "permission add --name-en --description --from --until",
    "add_service": (
        "service add --name-en --description --kind --start-url --claim-format"
        " --without-grant --needs-reason --from --until"
    ),
    "add_source": (
        "metadata add --certificate --pin --mdq --role --allow-entity-id"
        " --deny-entity-id --allow-authority --deny-authority --allow-category"
        " --deny-category --max-validity --max-shrinkage --refresh-every --replace"
    ),
    "approve": "metadata approve",
    "change_administrator": (
        "administrator change --given-name --surname --email --new-hsa-id"
    ),
    "change_agreement": "agreement change --until --no-end --reference",
    "change_notice": (
        "notice change --text --english --level --place --service --from --until"
        " --no-end"
    ),
    "change_operator": (
        "operator change --given-name --surname --email --new-hsa-id --role --from"
        " --until --no-end"
    ),
    "change_organisation": "organisation rename --kind",
    "change_permission": (
        "permission change --name --name-en --description --from --until --no-end"
    ),
    "change_service": (
        "service change --name --name-en --description --kind --start-url"
        " --claim-format --without-grant --needs-reason --from --until --no-end"
    ),
    "end_administrator": "administrator end",
    "end_agreement": "agreement end --on",
    "end_notice": "notice end",
    "end_operator": "operator end",
    "end_organisation": "organisation end --on",
    "end_permission": "permission end --on",
    "end_service": "service end --on",
    "explain": "explain --at",
    "fetch_now": "metadata refresh",
    "look_up_person": "person show",
    "make_main_number": "organisation number --main",
    "move": "metadata move",
    "promote_user": "administrator add --from-user",
    "remove": "metadata remove",
    "remove_entity_from_service": "service change --remove-entity-id",
    "remove_number": "organisation number --remove",
    "reopen_organisation": "organisation end --reopen",
    "replace_administrator": "administrator replace --from-user",
    "search": "organisation list --search; person show; trace",
}
"""By the name of a view, commands with the options that its form has fields for."""
LOOKS: Final[Mapping[str, str]] = {
    "export_organisations": "organisation list --json",
    "export_trail": "audit export",
    "show_administrators_of": "organisation show",
    "show_agreements": "agreement list",
    "show_agreements_of": "agreement list --organisation",
    "show_catalogue": "service list",
    "show_entities": "metadata find --source --role --page",
    "show_entity": "metadata show",
    "show_events_of": "audit export",
    "show_notices": "notice list",
    "show_operators": "operator list",
    "show_organisation": "organisation show",
    "show_organisations": "organisation list --search --kind",
    "show_outbox": "mail list",
    "show_overdue_reviews": "organisation overdue",
    "show_question": "explain --at",
    "show_refusal": "trace",
    "show_refusals": "trace",
    "show_search_for_person": "person show",
    "show_service": "service list --json; service told",
    "show_source": "metadata list --json",
    "show_sources": "metadata list",
    "show_trail": "audit export",
    "show_user_of": "person show",
    "show_users_of": "organisation users --search --page",
}
"""By the name of a view that only shows something, commands that show the same."""
ASKING: Final = frozenset(
    {
        "show_entities_of_service",
        "show_replacement",
        "show_start",  # how many there are of what the others list
    }
)
"""Pages that show a form of ``COMMANDS``, beside those whose names say so."""
FORMS: Final = ("show_new_", "confirm_")
ONLY_ON_PAGES: Final = frozenset({"remove_filter", "save_filter"})
"""Bookmarks of one operator in the list of events; they change nothing else."""


def named(words: str) -> click.Command:
    """Find a command by what somebody types."""
    found: click.Command | None = main
    for word in words.split():
        if not word.startswith("--"):
            assert isinstance(found, click.Group), words
            found = found.get_command(click.Context(found), word)
    assert found is not None, words
    assert not isinstance(found, click.Group), words
    return found


def options_of(command: click.Command) -> set[str]:
    """List the options of a command."""
    return {name for parameter in command.params for name in parameter.opts}


def test_every_form_of_operators_has_a_command_or_a_reason(tmp_path: Path) -> None:
    rules = make_site(tmp_path).app.url_map.iter_rules()
    forms = {
        rule.endpoint.removeprefix("operator.")
        for rule in rules
        if rule.endpoint.startswith("operator.")
        and (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
    }
    assert forms == {*COMMANDS, *ONLY_ON_PAGES}
    assert not ONLY_ON_PAGES & set(COMMANDS)


def test_every_view_of_operators_has_a_command_or_a_reason(tmp_path: Path) -> None:
    views = {
        rule.endpoint.removeprefix("operator.")
        for rule in make_site(tmp_path).app.url_map.iter_rules()
        if rule.endpoint.startswith("operator.") and "GET" in (rule.methods or set())
    }
    plain = {
        view
        for view in views - set(COMMANDS) - ONLY_ON_PAGES
        if not view.startswith(FORMS) and not view.endswith("_form")
    }
    assert plain == {*LOOKS, *ASKING}


@pytest.mark.parametrize(
    "words",
    sorted(
        {w for both in (COMMANDS | LOOKS).values() for w in both.split("; ")}  # type: ignore[operator]
    ),
)
def test_the_command_and_its_options_are_there(words: str) -> None:
    wanted = {word for word in words.split() if word.startswith("--")}
    assert wanted <= options_of(named(words))


def test_an_unknown_command_would_be_noticed() -> None:
    with pytest.raises(AssertionError):
        named("organisation dissolve")
    assert "--never" not in options_of(named("organisation end"))
