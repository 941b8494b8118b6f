"""What we publish has no errors by our own rules, once ``check`` misses nothing."""

from pathlib import Path

import pytest

from idp_bridge.cli.template import TEMPLATE
from idp_bridge.demo.installation import partner_settings
from idp_bridge.keys import load_keys
from idp_bridge.our_metadata import OurMetadata, shortcomings
from metadata.lint.levels import Level, Profile
from metadata.lint.linter import lint
from tests.support.clock import NOW
from tests.support.installations import BASE_URL, SECRET, settings_of, write_keys

CONTACTS = "".join(
    f'[[contacts]]\ntype = "{kind}"\nemail = "{kind}@example.se"\n'
    for kind in ("technical", "support", "administrative", "security")
)
GIVEN = """
scopes = ["2021002163"]
sp_entity_categories = ["http://id.elegnamnden.se/st/1.0/public-sector-sp"]
idp_assurance_certifications = [
    "http://id.swedenconnect.se/loa/1.0/uncertified-loa3",
    "http://www.swamid.se/policy/assurance/al1",
]
"""


def ours(folder: Path, text: str) -> OurMetadata:
    """Publish by the settings that stand in a text."""
    config = folder / "bridge.toml"
    config.write_text(text.replace("@BASE_URL@", BASE_URL), encoding="utf-8")
    secret = folder / "secret-key"
    secret.touch(mode=0o600)
    secret.write_text(SECRET)
    settings = settings_of(config)
    write_keys(settings.key_dir)
    found = load_keys(settings.key_dir)
    return OurMetadata(settings, lambda: found, lambda: NOW)


def errors(ours: OurMetadata, profile: str) -> list[str]:
    """List what the linter calls an error in either document."""
    return [
        f"{document.role}: {finding.code}"
        for document in ours.documents()
        for section in lint(
            document.xml, now=NOW, profiles=frozenset({Profile(profile)})
        )
        for finding in section.findings
        if finding.level is Level.ERROR
    ]


@pytest.mark.parametrize("profile", ["saml2int", "sweden-connect", "swamid"])
def test_what_we_publish_lints_without_errors(tmp_path: Path, profile: str) -> None:
    published = f'[published]\nprofile = "{profile}"\n{GIVEN}'
    metadata = ours(tmp_path, f"{TEMPLATE}\n{CONTACTS}{published}")
    assert shortcomings(metadata.settings) == []
    assert errors(metadata, profile) == []


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("saml2int", {"contact-technical-missing"}),
        ("sweden-connect", {"assurance-missing"}),
        (
            "swamid",
            {
                "contact-technical-missing",
                "contact-administrative-missing",
                "contact-support-missing-idp",
                "assurance-swamid-missing",
                "scope-missing",
            },
        ),
    ],
)
def test_what_new_settings_lack_is_told_by_check_and_by_lint(
    tmp_path: Path, profile: str, expected: set[str]
) -> None:
    metadata = ours(tmp_path, f'{TEMPLATE}\n[published]\nprofile = "{profile}"\n')
    assert {error.partition(": ")[2] for error in errors(metadata, profile)} == expected
    assert shortcomings(metadata.settings)


def test_the_contact_that_new_settings_propose_is_enough(tmp_path: Path) -> None:
    begin = TEMPLATE.index("# [[contacts]]")
    proposed = TEMPLATE[:begin] + TEMPLATE[begin:].replace("# ", "")
    assert errors(ours(tmp_path, proposed), "saml2int") == []


def test_the_demonstration_has_no_errors_but_those_of_plain_http(
    tmp_path: Path,
) -> None:
    text = f"demo = true\n{TEMPLATE}\n{partner_settings()}"
    assert errors(ours(tmp_path, text), "saml2int") == []
