"""Which of what somebody writes about a user is refused, and why?"""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.administration.errors import BadFieldsError
from authz.administration.fields import (
    MAX_EMAIL,
    MAX_NAME,
    MAX_NAME_BYTES,
    read_user,
)
from authz.administration.models import NewUser

GOOD = {
    "given_name": "Åsa",
    "surname": "Öberg",
    "hsa_id": "SE2321000016-1A2B",
    "email": "asa@example.se",
}
HOSTILE = {
    "\x00": "control-character",
    "Å\x00sa": "control-character",
    "Åsa\nÖberg": "control-character",
    "Åsa\u2028Öberg": "control-character",
    "Åsa\u202eÖberg": "control-character",
    "Åsa\u200bÖberg": "control-character",
    "Å\ud800": "control-character",
    "x" * 10_240: "too-long",
    "x" * (MAX_NAME + 1): "too-long",
    "\N{MATHEMATICAL BOLD CAPITAL A}" * 51: "too-long",
    "": "missing",
    " \t\u00a0\u2028": "missing",
}


def read(**values: str) -> NewUser:
    return read_user(NewUser(**{**GOOD, **values}), allow_test_ids=False)


@pytest.mark.parametrize("field", GOOD)
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text_is_refused_with_the_rule_that_it_breaks(
    field: str, text: str
) -> None:
    with pytest.raises(BadFieldsError) as caught:
        read(**{field: text})
    expected = {HOSTILE[text]}
    if not field.endswith("name"):
        expected |= {"not-an-email", "not-an-hsa-id"}
    assert list(caught.value.problems) == [field]
    assert caught.value.problems[field] in expected


@pytest.mark.parametrize("text", ["<b>Åsa</b>", "=1+1", "'; DROP TABLE people", "@x"])
def test_text_that_is_only_dangerous_to_the_careless_is_kept(text: str) -> None:
    assert read(surname=text).surname == text


@pytest.mark.parametrize(
    "email",
    [
        "åsa",
        "@b.se",
        "a@",
        "a@b",
        "a@b@c.se",
        "a b@c.se",
        "a\u00a0b@c.se",
        f"{'a' * MAX_EMAIL}@b.se",
    ],
)
def test_an_address_needs_its_parts(email: str) -> None:
    with pytest.raises(BadFieldsError):
        read(email=email)


@given(st.text())
def test_what_is_accepted_can_be_shown_and_stored(text: str) -> None:
    try:
        name = read(given_name=text).given_name
    except BadFieldsError:
        return
    assert 0 < len(name) <= MAX_NAME
    assert len(name.encode()) <= MAX_NAME_BYTES
    assert name == unicodedata.normalize("NFC", name)
    assert name.isprintable()
    assert read(given_name=name).given_name == name


def test_blanks_in_an_hsa_id_do_not_count() -> None:
    assert read(hsa_id=" SE 2321000016 - 1A2B ").hsa_id == GOOD["hsa_id"]
