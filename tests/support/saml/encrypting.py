"""How are assertions encrypted to the bridge, rightly and wrongly?"""

import base64
from typing import Any, Final

import xmlsec
from lxml import etree

from metadata import names, safe_xml
from tests.support.keys import KeyPair
from tests.support.saml.signing import text_of
from tests.support.saml.world import our_encryption_key

XENC: Final = f"{{{names.NS_XENC}}}"
_WRAPPER: Final = f"{{{names.NS_SAML}}}EncryptedAssertion"


def encrypted(
    xml: str,
    *,
    to: KeyPair | None = None,
    cipher: str = "Aes256Gcm",
    transport: str = "RsaOaep",
    digest: str | None = None,
) -> str:
    """Encrypt an assertion; algorithms are the ends of names of xmlsec.

    Args:
        xml: What is encrypted, any bytes at all.
        to: The recipient; not given, the bridge.
        cipher: Such as ``Aes256Gcm`` or ``Aes128Cbc``.
        transport: ``RsaOaep`` or ``RsaPkcs1``.
        digest: The algorithm inside RSA-OAEP, if that is said.
    """
    wrapper = etree.Element(_WRAPPER, nsmap={"saml2": names.NS_SAML})
    data = xmlsec.template.encrypted_data_create(
        wrapper, _named(cipher), type=xmlsec.constants.TypeEncElement, ns="xenc"
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    key_info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    key = xmlsec.template.add_encrypted_key(key_info, _named(transport))
    xmlsec.template.encrypted_data_ensure_cipher_value(key)
    if digest is not None:
        (method,) = key.iterchildren(XENC + "EncryptionMethod")
        etree.SubElement(method, f"{{{names.NS_DS}}}DigestMethod", Algorithm=digest)
    manager = xmlsec.KeysManager()
    recipient = to or our_encryption_key()
    manager.add_key(
        xmlsec.Key.from_memory(
            recipient.certificate_der, xmlsec.constants.KeyDataFormatCertDer
        )
    )
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(
        xmlsec.constants.KeyDataAes,
        int(cipher[3:6]),
        xmlsec.constants.KeyDataTypeSession,
    )
    wrapper.append(context.encrypt_binary(data, xml.encode()))
    return text_of(wrapper)


def encrypted_name_id(xml: str, *, cipher: str = "Aes256Gcm") -> str:
    """Encrypt a NameID, written with the prefix ``saml``, to the bridge."""
    declared = xml.replace(
        "<saml:NameID", f'<saml:NameID xmlns:saml="{names.NS_SAML}"', 1
    )
    return encrypted(declared, cipher=cipher).replace(
        "EncryptedAssertion", "EncryptedID"
    )


def _named(name: str) -> Any:
    return getattr(xmlsec.constants, f"Transform{name}")


def encrypted_to_several(xml: str, *recipients: KeyPair) -> str:
    """Put EncryptedKeys of strangers before the one that is ours."""
    root = safe_xml.parse(encrypted(xml).encode())
    ours = next(root.iter(XENC + "EncryptedKey"))
    for recipient in recipients:
        other = safe_xml.parse(encrypted(xml, to=recipient).encode())
        ours.addprevious(next(other.iter(XENC + "EncryptedKey")))
    return text_of(root)


def damaged(xml: str, *, part: str, byte: int = -1) -> str:
    """Flip a bit in what is encrypted.

    Args:
        xml: An EncryptedAssertion.
        part: ``EncryptedData`` or ``EncryptedKey``.
        byte: Which byte of its value; the last one belongs to the tag of AES-GCM.
    """
    root = safe_xml.parse(xml.encode())
    owner = next(root.iter(XENC + part))
    value = owner.find(f"{XENC}CipherData/{XENC}CipherValue")
    assert value is not None
    content = bytearray(base64.b64decode(value.text or ""))
    content[byte] ^= 1
    value.text = base64.b64encode(content).decode()
    return text_of(root)


def relabelled(xml: str, *, cipher: str) -> str:
    """Say that another cipher was used than really was."""
    root = safe_xml.parse(xml.encode())
    method = root.find(f"{XENC}EncryptedData/{XENC}EncryptionMethod")
    assert method is not None
    method.set("Algorithm", cipher)
    return text_of(root)


def without(xml: str, part: str) -> str:
    """Take an element of XML encryption out, such as ``EncryptedKey``."""
    root = safe_xml.parse(xml.encode())
    element = next(root.iter(XENC + part))
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)
    return text_of(root)
