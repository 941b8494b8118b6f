"""How do attackers move a signed element aside and put their own in its place?

The eight arrangements of "On Breaking SAML: Be Whoever You Want to Be" (USENIX Security
2012), each a function from a signed message to one in which somebody else logs in.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Final

from lxml import etree

from metadata import names, safe_xml
from tests.support.saml.responses import HSA_ID
from tests.support.saml.signing import DS, SIGNATURE, text_of

VICTIM: Final = "SE2321000016-V1CT1M"
"""Whom the attacker would like to be."""

_ASSERTION: Final = f"{{{names.NS_SAML}}}Assertion"
_ADVICE: Final = f"{{{names.NS_SAML}}}Advice"
_EXTENSIONS: Final = f"{{{names.NS_SAMLP}}}Extensions"
_STATUS: Final = f"{{{names.NS_SAMLP}}}Status"

Arrangement = Callable[[str], str]


def xsw1(xml: str) -> str:
    """A false Response whose signature contains the true one."""
    evil, original = _forged(_root(xml)), _root(xml)
    signature = evil.find(SIGNATURE)
    holder = evil if signature is None else signature
    holder.append(_unsigned(original) if signature is not None else original)
    return text_of(evil)


def xsw2(xml: str) -> str:
    """A false Response with the true one before its signature."""
    evil, original = _forged(_root(xml)), _root(xml)
    signature = evil.find(SIGNATURE)
    evil.insert(1, original if signature is None else _unsigned(original))
    return text_of(evil)


def xsw3(xml: str) -> str:
    """A false assertion before the true one."""
    root = _root(xml)
    original = _assertion(root)
    root.insert(root.index(original), _unsigned(_forged(original)))
    return text_of(root)


def xsw4(xml: str) -> str:
    """A false assertion around the true one."""
    root = _root(xml)
    original = _assertion(root)
    evil = _unsigned(_forged(original))
    root.replace(original, evil)
    evil.append(original)
    return text_of(root)


def xsw5(xml: str) -> str:
    """A false assertion with the true one's signature, the true one at the end."""
    root = _root(xml)
    original = _assertion(root)
    evil = _forged(original)
    root.replace(original, evil)
    root.append(_unsigned(original))
    return text_of(root)


def xsw6(xml: str) -> str:
    """A false assertion whose signature contains the true one."""
    root = _root(xml)
    original = _assertion(root)
    evil = _forged(original)
    root.replace(original, evil)
    _inside_signature(evil).append(_unsigned(original))
    return text_of(root)


def xsw7(xml: str) -> str:
    """A false assertion in Extensions, where schemas allow anything."""
    root = _root(xml)
    extensions = etree.Element(_EXTENSIONS)
    extensions.append(_unsigned(_forged(_assertion(root))))
    root.insert(1, extensions)
    return text_of(root)


def xsw8(xml: str) -> str:
    """A false assertion whose signature has the true one in an Object."""
    root = _root(xml)
    original = _assertion(root)
    evil = _forged(original)
    root.replace(original, evil)
    holder = etree.SubElement(_inside_signature(evil), DS + "Object")
    holder.append(_unsigned(original))
    return text_of(root)


ARRANGEMENTS: Final = (xsw1, xsw2, xsw3, xsw4, xsw5, xsw6, xsw7, xsw8)


def in_advice(xml: str) -> str:
    """A false assertion that takes the true one as advice."""
    root = _root(xml)
    original = _assertion(root)
    evil = _unsigned(_forged(original))
    root.replace(original, evil)
    etree.SubElement(evil, _ADVICE).append(original)
    return text_of(root)


def advice_with_signature(xml: str) -> str:
    """The same, and the false assertion shows the true one's signature too."""
    root = _root(xml)
    original = _assertion(root)
    evil = _forged(original)
    root.replace(original, evil)
    etree.SubElement(evil, _ADVICE).append(_unsigned(original))
    return text_of(root)


def same_id(xml: str) -> str:
    """A false assertion under the ID of the true one, which stays in Advice."""
    root = _root(xml)
    original = _assertion(root)
    evil = _forged(original)
    evil.set("ID", original.attrib["ID"])
    root.replace(original, evil)
    etree.SubElement(evil, _ADVICE).append(_unsigned(original))
    return text_of(root)


def forged(xml: str) -> str:
    """The victim's name in place of the real one, nothing else."""
    return xml.replace(HSA_ID, VICTIM)


def _root(xml: str) -> etree._Element:
    return safe_xml.parse(xml.encode())


def _assertion(root: etree._Element) -> etree._Element:
    found = root.find(_ASSERTION)
    assert found is not None
    return found


def _forged(element: etree._Element) -> etree._Element:
    """Copy an element, with other IDs and the victim's name."""
    copy = deepcopy(element)
    copy.tail = None
    for each in copy.iter(etree.Element):
        if "ID" in each.attrib:
            each.set("ID", each.attrib["ID"] + "-forged")
        if each.text:
            each.text = forged(each.text)
    return copy


def _unsigned(element: etree._Element) -> etree._Element:
    signature = element.find(SIGNATURE)
    if signature is not None:
        element.remove(signature)
    return element


def _inside_signature(element: etree._Element) -> etree._Element:
    signature = element.find(SIGNATURE)
    return element if signature is None else signature
