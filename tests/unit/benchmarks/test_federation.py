"""Is the invented federation like a real one, and always the same?"""

import base64
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from benchmarks.federation import Federation, write
from metadata import safe_xml
from metadata.algorithms import check_key
from metadata.elements import MD, Reading
from metadata.entities import PublicKey, Role
from metadata.errors import BadSignatureError
from metadata.reader import identity_provider_of, roles_of, service_provider_of
from metadata.signatures import verify_enveloped
from tests.support.clock import NOW
from tests.support.keys import rsa_key

FEDERATION = Federation(entities=60)
KEY = rsa_key("federation")


def written(folder: Path, federation: Federation = FEDERATION) -> bytes:
    path = folder / "federation.xml"
    write(path, federation, KEY.signing, valid_until=NOW + timedelta(days=7))
    return path.read_bytes()


def members(data: bytes) -> dict[str, bytes]:
    """Read the members by entityID from the bytes that were signed."""
    root = safe_xml.parse(data, limits=safe_xml.METADATA_LIMITS)
    signed = verify_enveloped(root, (KEY.public,))
    trusted = safe_xml.parse(signed, limits=safe_xml.METADATA_LIMITS)
    return {
        element.attrib["entityID"]: etree.tostring(element, with_tail=False)
        for element in trusted.iter(MD + "EntityDescriptor")
    }


def test_the_signature_holds_for_the_whole_document(tmp_path: Path) -> None:
    assert len(members(written(tmp_path))) == FEDERATION.entities


def test_a_changed_letter_breaks_the_signature(tmp_path: Path) -> None:
    data = written(tmp_path).replace(b"sp-00", b"sp-99", 1)
    root = safe_xml.parse(data, limits=safe_xml.METADATA_LIMITS)
    with pytest.raises(BadSignatureError):
        verify_enveloped(root, (KEY.public,))


def test_every_member_can_be_used_and_nothing_about_it_is_odd(tmp_path: Path) -> None:
    reading = Reading()
    roles: Counter[Role] = Counter()
    for xml in members(written(tmp_path)).values():
        element = safe_xml.parse(xml)
        (role,) = roles_of(element)
        roles[role] += 1
        if role is Role.IDP:
            assert identity_provider_of(element, reading).scopes
        else:
            assert service_provider_of(element, reading).encryption_keys
    assert reading.warnings == ()
    assert 0.15 < roles[Role.IDP] / FEDERATION.entities < 0.45


def test_a_member_is_as_large_as_in_real_feeds(tmp_path: Path) -> None:
    assert 7_000 < len(written(tmp_path)) / FEDERATION.entities < 9_500


def test_every_member_has_keys_of_its_own_that_can_be_used(tmp_path: Path) -> None:
    found = re.findall(
        rb"<ds:X509Certificate>\n([^<]+)</ds:X509Certificate>", written(tmp_path)
    )
    certificates = {base64.b64decode(one) for one in found}
    assert len(certificates) > FEDERATION.entities
    keys = set()
    for der in certificates:
        check_key(PublicKey(der))
        opened = x509.load_der_x509_certificate(der)
        assert opened.not_valid_before_utc < opened.not_valid_after_utc
        key = opened.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        keys.add(key.public_numbers().n)
    assert len(keys) == len(certificates)


def test_the_same_seed_writes_the_same_members(tmp_path: Path) -> None:
    first = members(written(tmp_path))
    assert members(written(tmp_path)) == first
    assert members(written(tmp_path, replace(FEDERATION, seed=2))) != first


def test_a_percentage_changes_comes_and_goes(tmp_path: Path) -> None:
    before = members(written(tmp_path))
    later = replace(FEDERATION, changed_percent=10, added_percent=5, removed_percent=20)
    after = members(written(tmp_path, later))
    both = before.keys() & after.keys()
    assert len(before.keys() - after.keys()) == 12
    assert len(after.keys() - before.keys()) == 3
    assert sum(before[one] != after[one] for one in both) == 6


def test_another_revision_changes_the_same_members_again(tmp_path: Path) -> None:
    changed = replace(FEDERATION, changed_percent=10)
    first = members(written(tmp_path, changed))
    second = members(written(tmp_path, replace(changed, revision=2)))
    differing = {one for one in first if first[one] != second[one]}
    assert len(differing) == 6


def test_groups_are_nested(tmp_path: Path) -> None:
    data = written(tmp_path, Federation(entities=2001))
    assert data.count(b"<md:EntitiesDescriptor") == 1 + 3
