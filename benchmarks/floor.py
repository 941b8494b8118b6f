"""The floor: the bare XML cryptography of one login, with python-xmlsec alone.

Verify an AuthnRequest, sign an AuthnRequest, decrypt and verify a Response, sign a
Response, encrypt it. No database, no HTTP, no checks, no message model.
"""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from statistics import fmean
from typing import Self

import xmlsec
from lxml import etree

from benchmarks import partners
from benchmarks.partners import Pem

_PEM = xmlsec.constants.KeyDataFormatPem
_CERTIFICATE = xmlsec.constants.KeyDataFormatCertPem


@dataclass(frozen=True)
class Floor:
    """Milliseconds of processor time for the cryptography of one login."""

    parts: dict[str, float]

    @property
    def total(self) -> float:
        """All five operations together."""
        return sum(self.parts.values())


def measure(bits: int, *, rounds: int) -> Floor:
    """Measure each operation on its own."""
    bench = _Operations(partners.new_key(bits))
    operations = {
        "verify AuthnRequest": bench.verify_request,
        "sign AuthnRequest": bench.sign_request,
        "decrypt and verify Response": bench.decrypt_and_verify,
        "sign Response": bench.sign_response,
        "encrypt assertion": bench.encrypt,
    }
    return Floor({name: _time(work, rounds) for name, work in operations.items()})


class Neighbours:
    """Several processes that measure at once, as the workers of a bridge compute.

    A core whose neighbour is busy is slower. The workers are measured while everybody
    logs in, so the floor is measured with neighbours, too.

    Args:
        count: How many processes.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(count, mp_context=context)

    def __enter__(self) -> Self:
        """Start them."""
        return self

    def __exit__(self, *_: object) -> None:
        """End them."""
        self._pool.shutdown()

    def measure(self, bits: int, *, rounds: int) -> Floor:
        """Measure the floor in all of them at the same time; the mean."""
        futures = [
            self._pool.submit(measure, bits, rounds=rounds) for _ in range(self._count)
        ]
        floors = [future.result().parts for future in futures]
        return Floor({name: fmean(one[name] for one in floors) for name in floors[0]})


def _time(work: Callable[[], object], rounds: int) -> float:
    for _ in range(10):
        work()
    begin = time.process_time()
    for _ in range(rounds):
        work()
    return (time.process_time() - begin) / rounds * 1000


class _Operations:
    """The five operations on ready messages, with keys that are loaded once."""

    def __init__(self, key: Pem) -> None:
        self.private = xmlsec.Key.from_memory(key.private, _PEM)
        self.public = xmlsec.Key.from_memory(key.certificate, _CERTIFICATE)
        self.for_opening, self.for_closing = xmlsec.KeysManager(), xmlsec.KeysManager()
        self.for_opening.add_key(self.private)
        self.for_closing.add_key(self.public)
        self.request = partners.request_xml("https://bridge.example.se/saml/idp/sso")
        self.assertion = partners.assertion_xml(
            request_id="_1", our_sp="https://b", acs_url="https://b/acs"
        )
        self.signed_request = etree.tostring(self.sign(self.request))
        self.signed_assertion = etree.tostring(self.sign(self.assertion))
        self.encrypted = etree.tostring(self.encrypt())

    def sign(self, xml: bytes) -> etree._Element:
        """Parse and sign a message."""
        root = etree.fromstring(xml)  # noqa: TID251  # the bare floor, own bytes
        signature = xmlsec.template.create(
            root,
            xmlsec.constants.TransformExclC14N,
            xmlsec.constants.TransformRsaSha256,
            ns="ds",
        )
        root.insert(1, signature)
        reference = xmlsec.template.add_reference(
            signature, xmlsec.constants.TransformSha256, uri=f"#{root.get('ID')}"
        )
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
        context = xmlsec.SignatureContext()
        context.key = self.private
        context.register_id(root, "ID")
        context.sign(signature)
        return root

    def verify(self, xml: bytes) -> None:
        """Parse and verify a message."""
        root = etree.fromstring(xml)  # noqa: TID251  # the bare floor, own bytes
        context = xmlsec.SignatureContext()
        context.key = self.public
        context.register_id(root, "ID")
        context.verify(root[1])

    def verify_request(self) -> None:
        """Verify the e-tjänst's request."""
        self.verify(self.signed_request)

    def sign_request(self) -> None:
        """Sign our own request."""
        self.sign(self.request)

    def sign_response(self) -> None:
        """Sign our own answer."""
        self.sign(self.assertion)

    def encrypt(self) -> etree._Element:
        """Encrypt the assertion in our answer."""
        root = etree.fromstring(self.signed_assertion)  # noqa: TID251  # own bytes
        template = xmlsec.template.encrypted_data_create(
            root,
            xmlsec.constants.TransformAes256Gcm,
            type=xmlsec.constants.TypeEncElement,
            ns="xenc",
        )
        xmlsec.template.encrypted_data_ensure_cipher_value(template)
        info = xmlsec.template.encrypted_data_ensure_key_info(template, ns="ds")
        inner = xmlsec.template.add_encrypted_key(
            info, xmlsec.constants.TransformRsaOaep
        )
        xmlsec.template.encrypted_data_ensure_cipher_value(inner)
        context = xmlsec.EncryptionContext(self.for_closing)
        context.key = xmlsec.Key.generate(
            xmlsec.constants.KeyDataAes, 256, xmlsec.constants.KeyDataTypeSession
        )
        return context.encrypt_xml(template, root)

    def decrypt_and_verify(self) -> None:
        """Open and verify the identity provider's answer."""
        root = etree.fromstring(self.encrypted)  # noqa: TID251  # own bytes
        opened = xmlsec.EncryptionContext(self.for_opening).decrypt(root)
        context = xmlsec.SignatureContext()
        context.key = self.public
        context.register_id(opened, "ID")
        context.verify(opened[1])
