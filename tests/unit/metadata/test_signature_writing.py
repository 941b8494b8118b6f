"""Does everybody read a Signature of ours as we meant it?"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import xmlsec
from lxml import etree

from metadata import names, safe_xml, signatures
from metadata.signature_shape import only_signature
from tests.support.keys import KeyPair, ec_key, rsa_key

KEYS = [rsa_key(), rsa_key(bits=3072), ec_key()]
XS = {"e": "urn:x", "xs": names.NS_XS}
VALUE = b'xmlns:xs="http://www.w3.org/2001/XMLSchema"'

FIRST_OF_ALL = """
import sys
from pathlib import Path
from lxml import etree
from metadata import names
from metadata.signatures import SigningKey, sign_enveloped
key = SigningKey.from_pem(Path("key").read_bytes(), Path("crt").read_bytes())
root = etree.Element("{urn:x}e", ID="_1", nsmap={"e": "urn:x", "xs": names.NS_XS})
etree.SubElement(root, "{urn:x}v", type="xs:string").text = "value"
sign_enveloped(root, key)
sys.stdout.buffer.write(etree.tostring(root))
"""


def built() -> etree._Element:
    root = etree.Element("{urn:x}e", ID="_1", nsmap=XS)
    etree.SubElement(root, "{urn:x}v", type="xs:string").text = "value"
    return root


def signed(root: etree._Element, pair: KeyPair, *prefixes: str) -> bytes:
    signatures.sign_enveloped(
        root, pair.signing, inclusive_prefixes=prefixes or ("xs",)
    )
    return etree.tostring(root)


def check(xml: bytes, pair: KeyPair) -> bytes:
    """Verify with xmlsec alone, and then as we do."""
    root = safe_xml.parse(xml)
    context = xmlsec.SignatureContext()
    context.register_id(root, "ID")
    context.key = xmlsec.Key.from_memory(
        pair.certificate_pem, xmlsec.constants.KeyDataFormatCertPem
    )
    context.verify(only_signature(root))
    return signatures.verify_enveloped(safe_xml.parse(xml), [pair.public])


@pytest.mark.parametrize("pair", KEYS)
def test_a_tree_that_was_built_is_signed_with_the_prefixes_of_its_values(
    pair: KeyPair,
) -> None:
    assert VALUE in check(signed(built(), pair), pair)


def test_it_does_so_as_the_first_thing_of_a_new_process(tmp_path: Path) -> None:
    """lxml forgets a prefix that it has not met, and here it has met none."""
    pair = rsa_key()
    (tmp_path / "key").write_bytes(pair.private_pem)
    (tmp_path / "crt").write_bytes(pair.certificate_pem)
    done = subprocess.run(
        [sys.executable, "-c", FIRST_OF_ALL],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(signatures.__file__).parents[1])},
        check=True,
        capture_output=True,
    )
    assert VALUE in check(done.stdout, pair)


def test_it_does_so_in_a_new_thread_and_for_a_tree_of_another_thread() -> None:
    pair = rsa_key()
    here = built()
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        alone = one.submit(lambda: signed(built(), pair)).result()
        taken = other.submit(lambda: signed(here, pair)).result()
        given = signed(one.submit(built).result(), pair)
    for xml in (alone, taken, given):
        assert VALUE in check(xml, pair)


def test_a_prefix_that_nothing_declares_does_no_harm() -> None:
    pair = rsa_key()
    xml = signed(built(), pair, "never", "xs")
    assert b'PrefixList="never xs"' in xml
    assert VALUE in check(xml, pair)


def test_names_that_the_document_has_for_the_same_things_do_no_harm() -> None:
    other = f'xmlns:dsig="{names.NS_DS}" xmlns="{names.C14N_EXCLUSIVE}"'
    root = safe_xml.parse(f'<x:e xmlns:x="urn:x" {other} ID="_1"/>'.encode())
    assert check(signed(root, rsa_key()), rsa_key())


def test_comments_are_not_signed_and_text_around_them_is() -> None:
    root = safe_xml.parse(b'<e ID="_1">a<!-- no -->b</e>')
    assert check(signed(root, rsa_key()), rsa_key()) == b'<e ID="_1">ab</e>'


def test_an_id_with_marks_of_its_own_is_meant_as_it_is() -> None:
    root = safe_xml.parse(b'<e ID="a&amp;&quot;b"/>')
    assert b'URI="#a&amp;&quot;b"' in signed(root, rsa_key())


def test_the_same_bytes_get_the_same_signature_when_it_matters() -> None:
    texts = set()
    for _ in range(2):
        root = built()
        signatures.sign_enveloped(root, ec_key().signing, leave_nothing_to_chance=True)
        texts.add(etree.tostring(root))
    assert len(texts) == 1
    assert check(texts.pop(), ec_key())
