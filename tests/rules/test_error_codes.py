"""Every error has words for people and an entry for operators."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import authz.errors
import metadata.errors
from idp_bridge import errors, texts

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "errors.md").read_text()


def walk(base: type[Exception]) -> Iterator[type[Exception]]:
    yield base
    for each in base.__subclasses__():
        yield from walk(each)


def codes(base: type[Exception]) -> list[str]:
    return sorted({each.code for each in walk(base)})  # type: ignore[attr-defined]


BRIDGE = codes(errors.BridgeError)


def test_there_are_errors_to_check() -> None:
    assert len(BRIDGE) > 40


@pytest.mark.parametrize("code", sorted({*BRIDGE, *texts.TEXTS}))
def test_a_code_has_a_line_in_both_languages_and_an_entry(code: str) -> None:
    text = texts.TEXTS[code]
    assert text.sv.endswith(".")
    assert text.en.endswith(".")
    assert text.sv != text.en
    assert f"### `{code}`\n" in DOCUMENT
    assert f"{text.heading}: {text.sv}" in DOCUMENT


@pytest.mark.parametrize("code", sorted(texts.TEXTS))
def test_a_known_reason_ends_the_manuals_sentence(code: str) -> None:
    text = texts.TEXTS[code]
    is_refused = text.kind is texts.Kind.REFUSED
    assert bool(text.reason) is is_refused
    assert bool(text.reason_en) is is_refused
    assert not text.reason.endswith(".")


@pytest.mark.parametrize("code", codes(metadata.errors.MetadataError))
def test_a_metadata_code_has_an_entry(code: str) -> None:
    assert f"### `{code}` (metadata)\n" in DOCUMENT


@pytest.mark.parametrize("code", codes(authz.errors.AuthzError))
def test_a_permission_store_code_has_an_entry(code: str) -> None:
    assert f"### `{code}` (permission store)\n" in DOCUMENT
