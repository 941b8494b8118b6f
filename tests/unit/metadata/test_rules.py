from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from lxml import etree

from metadata import names, safe_xml
from metadata.elements import Reading
from metadata.errors import (
    BadSignatureError,
    MetadataError,
    MissingSignatureError,
    SourceRefusedError,
    UnreadableXmlError,
    WeakAlgorithmError,
)
from metadata.rules import TrustedDocument, split, trusted_document
from metadata.sources import PinnedFile, SignedBy, Source
from tests.support.clock import NOW
from tests.support.keys import ec_key, rsa_key
from tests.support.metadata_documents import IDP, SP, group, idp, signed, sp

SIGNER = rsa_key("federation")
STRANGER = rsa_key("stranger")
SOON = NOW + timedelta(days=7)
MICROSECOND = timedelta(microseconds=1)


def signed_source() -> Source:
    return Source(
        name="federation",
        location="federation.xml",
        trust=SignedBy((SIGNER.public,)),
        max_validity=timedelta(days=30),
    )


def pinned_source(data: bytes) -> Source:
    pin = PinnedFile(sha256(data).hexdigest())
    return Source(name="inera", location="inera.xml", trust=pin)


def trust(
    data: bytes, source: Source | None = None, *, now: datetime = NOW
) -> TrustedDocument:
    return trusted_document(data, source or signed_source(), now=now, reading=Reading())


def entity_ids(document: TrustedDocument) -> list[str | None]:
    return [
        found.element.get("entityID") for found in split(document, reading=Reading())
    ]


def test_a_document_signed_as_a_whole_is_trusted() -> None:
    document = trust(signed(group(idp(), sp(), valid_until=SOON), SIGNER))
    assert entity_ids(document) == [IDP, SP]
    assert document.valid_until == SOON


def test_a_single_entity_can_be_the_whole_document() -> None:
    assert entity_ids(trust(signed(idp(valid_until=SOON), SIGNER))) == [IDP]


def test_any_of_several_certificates_will_do() -> None:
    both = Source(
        name="federation",
        location="federation.xml",
        trust=SignedBy((STRANGER.public, ec_key("signer").public)),
    )
    trust(signed(idp(valid_until=SOON), ec_key("signer")), both)


def test_a_stripped_signature_is_refused() -> None:
    with pytest.raises(MissingSignatureError):
        trust(idp(valid_until=SOON).encode())


def test_a_foreign_signature_is_refused() -> None:
    with pytest.raises(BadSignatureError):
        trust(signed(idp(valid_until=SOON), STRANGER))


def test_a_changed_document_is_refused() -> None:
    good = signed(idp(valid_until=SOON), SIGNER)
    trust(good)
    with pytest.raises(BadSignatureError):
        trust(good.replace(b"idp.example.se/sso", b"idp.example.es/sso"))


def test_a_later_end_written_into_a_signed_document_is_refused() -> None:
    good = signed(idp(valid_until=SOON), SIGNER)
    with pytest.raises(BadSignatureError):
        trust(good.replace(b"2026-11-30T", b"2026-12-10T"))


def test_a_signed_part_in_an_unsigned_whole_is_refused() -> None:
    part = signed(idp(valid_until=SOON), SIGNER).decode()
    whole = group(part, sp("https://evil.example"), valid_until=SOON)
    with pytest.raises(MissingSignatureError):
        trust(whole.encode())


def test_a_signature_moved_to_another_root_is_refused() -> None:
    root = safe_xml.parse(signed(idp(valid_until=SOON), SIGNER))
    signature = root[0]
    evil = safe_xml.parse(idp("https://evil.example", valid_until=SOON).encode())
    evil.set("ID", "_evil")
    evil.insert(0, signature)
    evil.append(root)
    with pytest.raises(BadSignatureError):
        trust(etree.tostring(evil))


def test_a_wrapped_document_with_the_same_id_is_refused() -> None:
    root = safe_xml.parse(signed(idp(valid_until=SOON), SIGNER))
    evil = safe_xml.parse(
        group(sp("https://evil.example"), valid_until=SOON, xml_id="_signed").encode()
    )
    evil.insert(0, root[0])
    evil.append(root)
    with pytest.raises(BadSignatureError):
        trust(etree.tostring(evil))


def test_a_signature_with_sha_1_is_refused() -> None:
    weak = signed(idp(valid_until=SOON), SIGNER).replace(
        names.DIGEST_SHA256.encode(), names.DIGEST_SHA1.encode()
    )
    with pytest.raises(WeakAlgorithmError):
        trust(weak)


def test_a_document_with_a_dtd_is_refused() -> None:
    good = signed(idp(valid_until=SOON), SIGNER)
    with pytest.raises(UnreadableXmlError):
        trust(b"<!DOCTYPE x>" + good)


@pytest.mark.parametrize(
    "data", [b"<html><body>Not found</body></html>", b"not XML", b"<md:x"]
)
def test_something_else_than_metadata_is_refused(data: bytes) -> None:
    for source in (signed_source(), pinned_source(data)):
        with pytest.raises(MetadataError):
            trust(data, source)


def test_a_document_holds_until_its_very_end() -> None:
    data = signed(idp(valid_until=SOON), SIGNER)
    trust(data, now=SOON - MICROSECOND)
    with pytest.raises(SourceRefusedError, match="expired"):
        trust(data, now=SOON)


def test_a_document_may_not_hold_longer_than_the_source_may_claim() -> None:
    last = NOW + timedelta(days=30)
    trust(signed(idp(valid_until=last), SIGNER))
    with pytest.raises(SourceRefusedError, match="30 days"):
        trust(signed(idp(valid_until=last), SIGNER), now=NOW - MICROSECOND)


def test_a_signed_document_must_say_until_when_it_holds() -> None:
    with pytest.raises(SourceRefusedError, match="no validUntil"):
        trust(signed(idp(), SIGNER))
    inside_only = group(idp(valid_until=SOON))
    with pytest.raises(SourceRefusedError, match="no validUntil"):
        trust(signed(inside_only, SIGNER))


@pytest.mark.parametrize("end", ["2026-11-30T12:00:00", "soon", ""])
def test_an_end_that_cannot_be_read_is_refused(end: str) -> None:
    data = signed(idp(valid_until=end), SIGNER)
    with pytest.raises(SourceRefusedError, match="validUntil"):
        trust(data)
    with pytest.raises(SourceRefusedError, match="validUntil"):
        trust(data, pinned_source(data))


def test_a_pinned_file_may_go_without_end_and_that_is_noted() -> None:
    data = idp().encode()
    reading = Reading()
    document = trusted_document(data, pinned_source(data), now=NOW, reading=reading)
    assert document.valid_until is None
    assert "no validUntil" in reading.warnings[0]


def test_a_pinned_file_with_an_end_holds_no_longer() -> None:
    data = idp(valid_until=SOON).encode()
    trust(data, pinned_source(data), now=SOON - MICROSECOND)
    with pytest.raises(SourceRefusedError, match="expired"):
        trust(data, pinned_source(data), now=SOON)


def test_a_pinned_file_that_changed_is_refused() -> None:
    data = idp().encode()
    with pytest.raises(SourceRefusedError, match="changed"):
        trust(data + b"\n", pinned_source(data))


def test_the_nearest_end_of_all_groups_around_an_entity_counts() -> None:
    near, far = NOW + timedelta(days=1), NOW + timedelta(days=5)
    document = trust(
        signed(
            group(
                idp("urn:a", valid_until=far),
                group(idp("urn:b"), idp("urn:c", valid_until=far), valid_until=near),
                idp("urn:d", valid_until=near),
                valid_until=SOON,
            ),
            SIGNER,
        )
    )
    ends = {
        found.element.get("entityID"): found.valid_until
        for found in split(document, reading=Reading())
    }
    assert ends == {"urn:a": far, "urn:b": near, "urn:c": near, "urn:d": near}


def test_a_group_whose_end_cannot_be_read_is_left_out() -> None:
    data = group(idp("urn:a"), group(idp("urn:b"), valid_until="soon")).encode()
    document = trust(data, pinned_source(data))
    reading = Reading()
    found = [one.element.get("entityID") for one in split(document, reading=reading)]
    assert found == ["urn:a"]
    assert "left out" in reading.warnings[0]
