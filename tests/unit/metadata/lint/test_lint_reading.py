"""The linter reads whatever it is given, says where it breaks, and never crashes."""

import codecs
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metadata.lint.linter import Finding, lint
from tests.support.clock import NOW
from tests.support.lint_documents import exemplary_idp, exemplary_sp, grouped
from tests.support.metadata_documents import group, idp, inera_like_idp


def findings(data: bytes) -> list[Finding]:
    return [found for one in lint(data, now=NOW) for found in one.findings]


def codes(data: bytes) -> set[str]:
    return {finding.code for finding in findings(data)}


def test_what_stands_before_a_break_is_reported_and_the_break_has_a_place() -> None:
    broken = group(idp(), "\n<md:a></md:b>").encode()
    found = list(lint(broken, now=NOW))
    assert [one.entity_id for one in found] == ["https://idp.example.se/saml", None]
    (finding,) = found[-1].findings
    assert finding.code == "xml-broken"
    assert finding.line == 2
    assert "mismatch" in finding.text


@pytest.mark.parametrize(
    "data", [b"", b" ", b"<", b"\x00", b"\xff\xfe", b"<a>", b"&x;"]
)
def test_what_is_no_xml_is_said_to_be_none(data: bytes) -> None:
    assert "xml-broken" in codes(data)


def test_nothing_is_read_of_a_document_with_a_doctype() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    assert codes(bomb) == {"doctype"}


def test_a_file_in_another_encoding_is_read_and_reported() -> None:
    text = exemplary_sp().replace("&#246;", "\u00f6")
    declared = b'<?xml version="1.0" encoding="ISO-8859-1"?>\n' + text.encode("latin-1")
    assert codes(declared) == {"encoding"}
    assert codes(text.encode("utf-16")) == {"encoding"}
    assert codes(codecs.BOM_UTF8 + text.encode()) == set()


def test_a_byte_that_is_not_utf_8_has_a_place() -> None:
    data = exemplary_sp().encode().replace(b"Incident", b"\xe5ncident")
    (finding,) = [one for one in findings(data) if one.code == "encoding"]
    assert finding.line == data.count(b"\n", 0, data.index(b"\xe5")) + 1


def test_an_entity_alone_can_be_asked_for() -> None:
    data = grouped(exemplary_sp(), exemplary_idp()).encode()
    wanted = "https://idp.example.se/saml"
    found = list(lint(data, now=NOW, entity_id=wanted))
    assert [one.entity_id for one in found] == [wanted, None]


def test_metadata_like_ineras_says_what_it_lacks() -> None:
    found = codes(inera_like_idp())
    assert {"valid-until-missing", "signature-missing", "ui-missing"} <= found
    assert "xml-broken" not in found


def test_memory_does_not_grow_with_the_number_of_entities() -> None:
    def peak(count: int) -> int:
        data = group(*(idp(f"https://{n}.example.se") for n in range(count))).encode()
        tracemalloc.start()
        for _ in lint(data, now=NOW):
            pass
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    assert peak(900) < 1.6 * peak(300)


SEEDS = [
    exemplary_sp().encode(),
    exemplary_idp().encode(),
    inera_like_idp(),
    grouped(exemplary_sp(), exemplary_idp()).encode(),
]
TOKENS = [
    b"",
    b"<",
    b">",
    b'"',
    b"&#0;",
    b"&#x202e;",
    b"<!---->",
    b"<![CDATA[",
    b"<md:Extensions>",
    b"</md:EntityDescriptor>",
    b"<md:EntityDescriptor/>",
    b"<EntityDescriptor xmlns='' />",
    b"-1",
    b"99999999999999999999",
    b"P99999Y",
    b"https://[::1",
    b"https://a:b@c:99999/#",
    b"\xff",
    "\u0130\u00df".encode(),
    b"2026-02-30T00:00:00Z",
    b'index="\xd9\xa1"',
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.sampled_from(SEEDS),
    cuts=st.lists(
        st.tuples(
            st.floats(0, 1), st.integers(0, 40), st.sampled_from(TOKENS) | st.binary()
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_no_mutation_of_metadata_makes_it_crash(
    seed: bytes, cuts: list[tuple[float, int, bytes]]
) -> None:
    data = seed
    for where, length, token in cuts:
        start = int(where * len(data))
        data = data[:start] + token + data[start + length :]
    for finding in findings(data):
        assert finding.line >= 1
        assert finding.column >= 1
        assert "\x00" not in finding.text


VALUES = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]))


@settings(max_examples=200, deadline=None)
@given(seed=st.sampled_from(SEEDS), number=st.integers(0, 10_000), value=VALUES)
def test_no_value_of_an_attribute_makes_it_crash(
    seed: bytes, number: int, value: str
) -> None:
    text = seed.decode()
    parts = text.split('"')
    place = 2 * (number % (len(parts) // 2)) + 1
    parts[place] = value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "")
    findings('"'.join(parts).encode())


@settings(max_examples=200, deadline=None)
@given(seed=st.sampled_from(SEEDS), number=st.integers(0, 10_000), value=VALUES)
def test_no_text_of_an_element_makes_it_crash(
    seed: bytes, number: int, value: str
) -> None:
    text = seed.decode()
    parts = text.split(">")
    place = number % len(parts)
    clean = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    old = parts[place].partition("<")
    parts[place] = clean + old[1] + old[2]
    findings(">".join(parts).encode())
