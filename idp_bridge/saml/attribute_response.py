"""Our answer to an AttributeQuery: what we know about its subject, or why nothing.

Core 3.3.2.3 and 3.3.3, profiles 6: the NameID exactly as it was asked about, vouched
for by us, without a word about a login, for the one who asked and nobody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from idp_bridge.saml import response_parts as parts
from idp_bridge.saml.messages import IssuedAttribute, NameID, Status
from idp_bridge.saml.response_parts import Heading, Protection
from idp_bridge.saml.writing import SAML, add
from metadata import names
from metadata.signatures import SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is said about whom, and to whom."""

    audience: str
    name_id: NameID
    attributes: Sequence[IssuedAttribute]
    """At least one."""


def make_answer(
    heading: Heading, statement: Statement, protection: Protection, key: SigningKey
) -> bytes:
    """Write a signed Response with one assertion."""
    assertion = parts.assertion(heading)
    subject = parts.add_subject(assertion, statement.name_id)
    add(
        subject,
        SAML + "SubjectConfirmation",
        Method=names.CONFIRMATION_SENDER_VOUCHES,
    )
    parts.add_conditions(assertion, heading, protection, audience=statement.audience)
    parts.add_attributes(assertion, tuple(statement.attributes))
    response = parts.response(heading, Status(top=names.STATUS_SUCCESS))
    response.append(parts.protected(assertion, protection, key))
    return parts.signed(response, key)


def make_without_assertion(heading: Heading, status: Status, key: SigningKey) -> bytes:
    """Write a signed Response that says no more than its status."""
    return parts.signed(parts.response(heading, status), key)
