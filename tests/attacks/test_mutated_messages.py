"""Whatever is done to a good message: what is accepted says exactly what it said.

Nodes and bytes are flipped, dropped, doubled and moved at random. A message that is
still accepted must have the same verified content. ``MUTATED_MESSAGES`` says how
many messages are tried for each kind.
"""

import os
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from idp_bridge.errors import BridgeError
from idp_bridge.saml.bindings import decode_redirect
from idp_bridge.saml.downstream_request import check_answerable
from idp_bridge.saml.messages import AuthnRequest, VerifiedAssertion
from metadata import safe_xml
from metadata.errors import UnknownEntityError
from tests.support.saml.encrypting import encrypted
from tests.support.saml.requests import (
    PERSISTENT_POLICY,
    authn_request,
    posted,
    requested_levels,
    scoping,
    signed_query,
    signed_request,
)
from tests.support.saml.responses import (
    assertion,
    good,
    good_response_signed,
    response,
)
from tests.support.saml.signing import signed
from tests.support.saml.world import (
    IDP,
    OTHER_SP,
    service_provider,
    take_request,
    take_response,
)

EXAMPLES: Final = int(os.environ.get("MUTATED_MESSAGES", "80"))
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize="MUTATED_MESSAGES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
SIGNS = service_provider(signs_requests=True)

RESPONSES: Final[dict[str, Callable[[], str]]] = {
    "assertion signed": good,
    "response signed": good_response_signed,
    "both signed": lambda: signed(good()),
    "assertion signed and encrypted": lambda: response(encrypted(signed(assertion()))),
    "response signed around a CBC": lambda: signed(
        response(encrypted(assertion(), cipher="Aes128Cbc"))
    ),
}


@cache
def response_of(kind: str) -> str:
    return RESPONSES[kind]()


@cache
def request_xml() -> str:
    levels = requested_levels("http://id.sambi.se/loa/loa3")
    return authn_request(levels, ForceAuthn="true")


@cache
def full_request() -> str:
    """Write a request with everything that one may have."""
    return authn_request(
        PERSISTENT_POLICY,
        requested_levels("http://id.sambi.se/loa/loa3", comparison="minimum"),
        scoping(proxy_count="2", idps=(IDP,), requesters=(OTHER_SP,)),
        IsPassive="false",
        AttributeConsumingServiceIndex="1",
    )


@cache
def posted_request() -> str:
    return signed_request(request_xml())


@cache
def redirect_query() -> bytes:
    return signed_query(request_xml(), relay_state="state")


@cache
def good_assertion(kind: str) -> VerifiedAssertion:
    return take_response(response_of(kind))


# --- what can be done to a message ----------------------------------------------------


def mutate_tree(data: st.DataObject, xml: str) -> bytes:
    """Do one to three things to the nodes of a message."""
    root = safe_xml.parse(xml.encode())
    for _ in range(data.draw(st.integers(1, 3), label="steps")):
        elements = list(root.iter(etree.Element))
        victim = data.draw(st.sampled_from(elements), label="victim")
        other = data.draw(st.sampled_from(elements), label="other")
        data.draw(st.sampled_from(CHANGES), label="change")(victim, other)
    return etree.tostring(root)


def drop(victim: etree._Element, _: etree._Element) -> None:
    parent = victim.getparent()
    if parent is not None:
        parent.remove(victim)


def double(victim: etree._Element, _: etree._Element) -> None:
    if victim.getparent() is not None:
        victim.addnext(deepcopy(victim))


def move(victim: etree._Element, other: etree._Element) -> None:
    if victim not in [other, *other.iterancestors()]:
        other.insert(0, victim)


def copy_into(victim: etree._Element, other: etree._Element) -> None:
    other.append(deepcopy(victim))


def swap_text(victim: etree._Element, other: etree._Element) -> None:
    victim.text, other.text = other.text, victim.text


def cut_text(victim: etree._Element, _: etree._Element) -> None:
    if victim.text and not len(victim):
        middle = len(victim.text) // 2
        comment = etree.Comment("cut")
        comment.tail = victim.text[middle:]
        victim.text = victim.text[:middle]
        victim.append(comment)


def change_text(victim: etree._Element, _: etree._Element) -> None:
    victim.text = (victim.text or "") + "x"


def change_attribute(victim: etree._Element, _: etree._Element) -> None:
    for name in list(victim.attrib)[:1]:
        victim.set(name, victim.attrib[name] + "x")


def swap_attributes(victim: etree._Element, other: etree._Element) -> None:
    for name in set(victim.attrib) & set(other.attrib):
        mine, theirs = victim.attrib[name], other.attrib[name]
        victim.set(name, theirs)
        other.set(name, mine)


def drop_attribute(victim: etree._Element, _: etree._Element) -> None:
    for name in list(victim.attrib)[-1:]:
        del victim.attrib[name]


CHANGES = [
    drop,
    double,
    move,
    copy_into,
    swap_text,
    cut_text,
    change_text,
    change_attribute,
    swap_attributes,
    drop_attribute,
]


def mutate_bytes(data: st.DataObject, message: bytes) -> bytes:
    """Flip, drop, double or move a few bytes."""
    changed = bytearray(message)
    for _ in range(data.draw(st.integers(1, 3), label="steps")):
        start = data.draw(st.integers(0, len(changed) - 2), label="start")
        end = data.draw(st.integers(start + 1, min(start + 40, len(changed))))
        piece = changed[start:end]
        kind = data.draw(st.sampled_from(["flip", "drop", "double", "move"]))
        if kind == "flip":
            changed[start] ^= 1 << data.draw(st.integers(0, 7), label="bit")
        elif kind == "double":
            changed[start:start] = piece
        else:
            del changed[start:end]
        if kind == "move":
            target = data.draw(st.integers(0, len(changed)), label="target")
            changed[target:target] = piece
    return bytes(changed)


# --- what must hold -------------------------------------------------------------------


def check_assertion(kind: str, message: bytes) -> None:
    try:
        accepted = take_response(message)
    except BridgeError:
        return
    assert accepted == good_assertion(kind)


@pytest.mark.parametrize("kind", RESPONSES)
@BOUNDED
@given(data=st.data())
def test_a_response_with_changed_nodes_says_the_same(
    kind: str, data: st.DataObject
) -> None:
    check_assertion(kind, mutate_tree(data, response_of(kind)))


@pytest.mark.parametrize("kind", RESPONSES)
@BOUNDED
@given(data=st.data())
def test_a_response_with_changed_bytes_says_the_same(
    kind: str, data: st.DataObject
) -> None:
    check_assertion(kind, mutate_bytes(data, response_of(kind).encode()))


def accepted_request(message: bytes) -> AuthnRequest | None:
    try:
        return take_request(posted(message), sp=SIGNS).request
    except (BridgeError, UnknownEntityError):
        return None


@BOUNDED
@given(data=st.data())
def test_a_posted_request_with_changed_nodes_says_the_same(
    data: st.DataObject,
) -> None:
    accepted = accepted_request(mutate_tree(data, posted_request()))
    assert accepted in (None, accepted_request(posted_request().encode()))


@BOUNDED
@given(data=st.data())
def test_a_posted_request_with_changed_bytes_says_the_same(
    data: st.DataObject,
) -> None:
    accepted = accepted_request(mutate_bytes(data, posted_request().encode()))
    assert accepted in (None, accepted_request(posted_request().encode()))


@BOUNDED
@given(data=st.data())
def test_a_redirected_request_with_changed_bytes_says_the_same(
    data: st.DataObject,
) -> None:
    true = take_request(decode_redirect(redirect_query()), sp=SIGNS).request
    changed = mutate_bytes(data, redirect_query())
    try:
        accepted = take_request(decode_redirect(changed), sp=SIGNS).request
    except (BridgeError, UnknownEntityError):
        return
    assert accepted == true


@pytest.mark.parametrize("mutate", [mutate_tree, mutate_bytes])
@BOUNDED
@given(data=st.data())
def test_an_unsigned_request_is_answered_or_refused_whatever_is_in_it(
    mutate: Callable[[st.DataObject, Any], bytes], data: st.DataObject
) -> None:
    """Nobody vouches for it, and it never breaks anything."""
    xml = full_request() if mutate is mutate_tree else full_request().encode()
    try:
        check_answerable(take_request(posted(mutate(data, xml))))
    except (BridgeError, UnknownEntityError):
        return


@pytest.mark.parametrize("kind", RESPONSES)
def test_the_unchanged_messages_are_accepted(kind: str) -> None:
    check_assertion(kind, response_of(kind).encode())
    assert good_assertion(kind).attributes
    assert accepted_request(posted_request().encode()) is not None
