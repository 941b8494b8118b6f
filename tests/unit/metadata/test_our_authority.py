"""What our attribute authority says about itself."""

from datetime import timedelta

from metadata import names, safe_xml
from metadata.elements import Reading
from metadata.entities import Endpoint, Role
from metadata.publisher import publish
from metadata.reader import attribute_authority_of, roles_of
from tests.support.clock import NOW
from tests.support.keys import ec_key, rsa_key
from tests.support.our_entities import BASE, our_aa

MD = f"{{{names.NS_MD}}}"
DATA = publish(
    our_aa(), key=rsa_key("signing").signing, valid_until=NOW + timedelta(days=7)
)


def test_it_is_an_attribute_authority_and_nothing_else() -> None:
    root = safe_xml.parse(DATA)
    assert roles_of(root) == {Role.AA}
    read = attribute_authority_of(root, Reading())
    assert read.entity_id == f"{BASE}/saml/aa"
    assert read.attribute_endpoints == (
        Endpoint(binding=names.BINDING_SOAP, location=f"{BASE}/saml/aa/query"),
    )
    assert names.NAMEID_PERSISTENT in read.name_id_formats
    assert names.ATTR_HSA_ID in read.name_id_formats
    assert read.scopes == ("2021002163",)


def test_the_certificate_of_the_terminator_stands_after_our_own() -> None:
    read = attribute_authority_of(safe_xml.parse(DATA), Reading())
    assert [key.certificate for key in read.signing_keys] == [
        rsa_key("signing").certificate_der,
        rsa_key("next signing").certificate_der,
        ec_key("terminator").certificate_der,
    ]


def test_names_of_people_may_be_encrypted_with_ciphers_that_notice_changes() -> None:
    root = safe_xml.parse(DATA)
    methods = [each.get("Algorithm") for each in root.iter(MD + "EncryptionMethod")]
    assert set(methods) == {
        names.ENCRYPTION_AES256_GCM,
        names.ENCRYPTION_AES128_GCM,
        names.KEY_TRANSPORT_OAEP,
    }
