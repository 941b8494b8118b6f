"""``idp-bridge metadata lint``: what is wrong or unwise in a metadata file?"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap
from typing import Any, BinaryIO, Final

import click

from idp_bridge.cli.context import Office, pass_office
from idp_bridge.cli.output import as_plain, json_option
from metadata.entities import PublicKey
from metadata.errors import SourceRefusedError
from metadata.lint.levels import CHOOSABLE, Level, Profile
from metadata.lint.linter import Finding, Section, lint
from metadata.lint.page import table_of_rules
from metadata.lint.subjects import printable
from metadata.lint.verifying import Verdict
from metadata.new_sources import signers_in
from metadata.safe_xml import METADATA_LIMITS

_ALL: Final = "all"
_WIDTH: Final = 78
_INDENT: Final = "      "


_VERDICTS: Final = {
    Verdict.NOT_VERIFIED: (
        "The signature was not verified: give the signer's --certificate for that."
    ),
    Verdict.VERIFIED: "The signature is by the given certificate.",
}
"""What is said of a signature when no finding speaks of it."""


def _signers_in(file: Path | None) -> Sequence[PublicKey]:
    """Read who shall have signed.

    Raises:
        BadParameter: There is no usable certificate in the file.
    """
    if file is None:
        return ()
    try:
        return signers_in(file.read_bytes()).certificates
    except SourceRefusedError as error:
        raise click.BadParameter(str(error)) from error


def _print_rules(
    context: click.Context, _option: click.Parameter, wanted: object
) -> None:
    if wanted:
        click.echo(table_of_rules())
        context.exit()


@click.command("lint")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--profile",
    type=click.Choice([*map(str, CHOOSABLE), _ALL]),
    default=_ALL,
    show_default=True,
    help="Whose rules count, beside SAML's own.",
)
@click.option("--entity", "entity_id", help="Report only this entityID.")
@click.option(
    "--certificate",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=lambda _context, _option, file: _signers_in(file),
    metavar="PEM",
    help="Verify the signature: who shall have signed the document.",
)
@click.option(
    "--rules",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_rules,
    help="Print every rule as a table, and nothing else.",
)
@json_option
@pass_office
def command(
    office: Office,
    /,
    *,
    file: BinaryIO,
    as_json: bool,
    **asked: Any,
) -> None:
    """Say what is wrong or unwise in the metadata in FILE (- is standard input).

    The exit status is 1 when there are errors, 0 when there are none.
    """
    profile, entity_id = asked["profile"], asked["entity_id"]
    sections = lint(
        file.read(METADATA_LIMITS.max_bytes + 1),
        now=office.clock(),
        profiles=frozenset(Profile if profile == _ALL else (Profile(profile),)),
        entity_id=entity_id,
        signers=asked["certificate"],
    )
    tally = _Tally()
    show: Callable[[_Tally, Iterator[Section]], None]
    show = _show_json if as_json else _show_text
    show(tally, tally.counted(sections))
    if entity_id is not None and not tally.entities:
        raise click.UsageError(f"no entity {printable(entity_id)} in this file")
    raise click.exceptions.Exit(1 if tally.levels[Level.ERROR] else 0)


class _Tally:
    """Counts what goes by."""

    def __init__(self) -> None:
        self.levels: Counter[Level] = Counter()
        self.entities = 0
        self.signature: Verdict | None = None
        """Of the document."""

    def counted(self, sections: Iterable[Section]) -> Iterator[Section]:
        """Hand on sections, and count them on their way."""
        for section in sections:
            self.levels.update(finding.level for finding in section.findings)
            self.entities += section.entity_id is not None
            self.signature = section.signature
            yield section

    def as_dict(self) -> dict[str, int]:
        """Give the counts by name."""
        counts = {level.value: self.levels[level] for level in Level}
        return {"entities": self.entities, **counts}


def _show_json(tally: _Tally, sections: Iterator[Section]) -> None:
    """Print one object, finding by finding, so that a federation needs no memory."""
    click.echo('{"findings": [', nl=False)
    separator = "\n"
    for section in sections:
        for finding in section.findings:
            text = json.dumps(asdict(finding), default=as_plain, ensure_ascii=False)
            click.echo(separator + text, nl=False)
            separator = ",\n"
    summary = {**tally.as_dict(), "signature": tally.signature}
    click.echo(f'\n],\n"summary": {json.dumps(summary)}}}')


def _show_text(tally: _Tally, sections: Iterator[Section]) -> None:
    for section in sections:
        if section.findings:
            _show_section(section)
    counts = tally.as_dict()
    click.echo(
        f"{_counted(counts['entities'], 'entity', 'entities')}:"
        f" {_counted(counts['error'], 'error', 'errors')},"
        f" {_counted(counts['warning'], 'warning', 'warnings')},"
        f" {_counted(counts['advice'], 'piece', 'pieces')} of advice."
    )
    if tally.signature in _VERDICTS:
        click.echo(_VERDICTS[tally.signature])


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _show_section(section: Section) -> None:
    if section.entity_id is None:
        click.echo("The document")
    else:
        click.echo(f"{printable(section.entity_id)} (line {section.line})")
    for finding in section.findings:
        _show_finding(finding)
    click.echo()


def _show_finding(finding: Finding) -> None:
    place = f"line {finding.line}, column {finding.column}"
    click.echo(f"  {finding.level:<8} {finding.code}: {place}")
    for text in (finding.path, finding.text, "; ".join(finding.clauses)):
        for line in wrap(text, _WIDTH - len(_INDENT), break_long_words=False):
            click.echo(_INDENT + line)
