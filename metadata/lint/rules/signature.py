"""Is the document signed, and in a way that the bridge would accept?"""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from metadata import names
from metadata.algorithms import DIGESTS, SIGNATURES
from metadata.errors import BadSignatureError, WeakAlgorithmError
from metadata.lint.levels import ADVICE, ERROR, WARNING, saml, saml2int, sweden
from metadata.lint.registry import Flaw, document_rule, entity_rule
from metadata.lint.subjects import DS, Document, Entity, quoted, tag_of
from metadata.signature_shape import only_signature, shape_of

_SIGNATURE: Final = DS + "Signature"
_KNOWN: Final = {
    DS + "SignatureMethod": set(SIGNATURES),
    DS + "DigestMethod": set(DIGESTS),
}


@document_rule(
    "signature-missing",
    saml(WARNING, "bridge: only as a pinned file"),
    saml2int(WARNING, "SDP-MD02"),
    sweden(WARNING, "2"),
)
def signature_missing(document: Document) -> Iterator[Flaw]:
    """The root is signed, so that nobody on the way can change the document."""
    if document.root.find(_SIGNATURE) is None:
        text = "Not signed: sign the root before others fetch it automatically."
        yield Flaw(document.root, text)


@document_rule("signature-shape", saml(ERROR, "SAML core 5.4; bridge: refused"))
def signature_shape(document: Document) -> Iterator[Flaw]:
    """The signature covers exactly the root, with the transforms that SAML allows."""
    signature = document.root.find(_SIGNATURE)
    if signature is None:
        return
    try:
        shape_of(only_signature(document.root), element_id=document.root.get("ID"))
    except WeakAlgorithmError:
        return
    except BadSignatureError as error:
        yield Flaw(signature, f"The bridge refuses this signature: {error}.")


@document_rule(
    "signature-algorithm",
    saml(ERROR, "bridge: refused"),
    saml2int(ERROR, "SDP-ALG01"),
    sweden(ERROR, "8.1, 8.2"),
)
def signature_algorithm(document: Document) -> Iterator[Flaw]:
    """The signature uses RSA or ECDSA with SHA-256 or better, never SHA-1."""
    signature = document.root.find(_SIGNATURE)
    if signature is not None:
        for element in signature.iter(*_KNOWN):
            algorithm = element.get("Algorithm", "")
            if algorithm not in _KNOWN[tag_of(element)]:
                yield Flaw(element, _weak(algorithm))


def _weak(algorithm: str) -> str:
    why = "SHA-1 can be forged" if "sha1" in algorithm.lower() else "it is not accepted"
    return f"Signed with {quoted(algorithm)}, but {why}: use SHA-256."


@entity_rule("signature-unused", saml(ADVICE, "bridge: only the root's counts"))
def signature_unused(entity: Entity) -> Iterator[Flaw]:
    """Only the root is signed: signatures inside it are not looked at."""
    for signature in _inner_signatures(entity):
        yield Flaw(signature, "A signature inside: only that of the root counts.")


def _inner_signatures(entity: Entity) -> Iterator[etree._Element]:
    for signature in entity.element.iter(_SIGNATURE):
        if not (entity.is_alone and signature.getparent() is entity.element):
            yield signature


@entity_rule("signature-key-inside", saml2int(WARNING, "SDP-MD02"))
def signature_key_inside(entity: Entity) -> Iterator[Flaw]:
    """The key that signs the document is not also a key of an entity in it."""
    for role in entity.roles:
        for key in role.keys:
            if key.fingerprint in entity.signers:
                text = "This key also signs the document: sign with another one"
                yield Flaw(key.descriptor, f"{text}, so that this one can be changed.")


@document_rule("no-entities", saml(ERROR, "bridge: refused"))
def no_entities(document: Document) -> Iterator[Flaw]:
    """There is an entity in the document."""
    if not document.entity_count:
        yield Flaw(document.root, "No EntityDescriptor: is this the right file?")


@document_rule("root-id-missing", saml(ERROR, "SAML metadata 2.3; SAML core 5.4.2"))
def root_id_missing(document: Document) -> Iterator[Flaw]:
    """A signed root has an ID that the signature can mean."""
    root = document.root
    if root.find(_SIGNATURE) is not None and not root.get("ID"):
        yield Flaw(root, f"Signed, but without an ID: add one, see {names.NS_DS}.")
