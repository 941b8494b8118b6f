"""What can go wrong in a login, and whose fault it is.

The text of an exception is for the log, never for the screen. Every code has a Swedish
and an English text in :mod:`idp_bridge.texts` and an entry in ``docs/errors.md``. The
HTTP status follows from the fault alone: a person gets 403, a partner 400, we 500.
"""

from enum import StrEnum
from typing import ClassVar

from metadata import names


class Fault(StrEnum):
    """Whose fault an error is."""

    PERSON = "person"
    PARTNER = "partner"
    OURS = "ours"


class SetupError(Exception):
    """What the operator must put right before the bridge can start.

    The text is for the operator's terminal: complete sentences without secrets.
    """


class BridgeError(Exception):
    """Anything that ends a login.

    Attributes:
        status: Top-level SAML status for the e-tjänst, when there is one to answer.
        second_status: Second-level SAML status, if any (SAML core 3.2.2.2).
        sender: The partner whose message it was, once it is known to be one of ours.
    """

    code: ClassVar[str] = "technical"
    fault: ClassVar[Fault] = Fault.OURS
    status: str = names.STATUS_RESPONDER
    second_status: str | None = None
    sender: str | None = None


# --- ours -----------------------------------------------------------------------------


class StoreUnavailableError(BridgeError):
    """The database or the state store does not answer: neither no nor all rights."""

    code = "store-unavailable"


class MisconfiguredError(BridgeError):
    """What was configured cannot work for this login."""

    code = "misconfigured"


# --- a partner's: a message that we must not act on -----------------------------------


class ProtocolError(BridgeError):
    """A message that we must not act on."""

    code = "protocol"
    fault = Fault.PARTNER


class UnreadableMessageError(ProtocolError):
    """Not a SAML message that we read: encoding, size, XML, structure."""

    code = "unreadable-message"
    status = names.STATUS_REQUESTER


class LongRelayStateError(ProtocolError):
    """The RelayState of a request is longer than the 80 bytes of the specification."""

    code = "relay-state"
    status = names.STATUS_REQUESTER


class WrongVersionError(ProtocolError):
    """The message speaks another version of SAML than 2.0."""

    code = "wrong-version"
    status = names.STATUS_VERSION_MISMATCH


class BadSignatureError(ProtocolError):
    """No key of the sender verifies the signature, or a needed one is missing."""

    code = "bad-signature"


class WeakAlgorithmError(ProtocolError):
    """The sender used an algorithm or key that we refuse."""

    code = "weak-algorithm"


class DecryptionError(ProtocolError):
    """The assertion cannot be decrypted; deliberately without any detail."""

    code = "undecryptable"


class WrongDestinationError(ProtocolError):
    """The message is addressed to another endpoint."""

    code = "wrong-destination"


class WrongIssuerError(ProtocolError):
    """The message does not come from the one who was asked."""

    code = "wrong-issuer"


class WrongAudienceError(ProtocolError):
    """The assertion is addressed to another service."""

    code = "wrong-audience"


class WrongSubjectError(ProtocolError):
    """No bearer confirmation of the assertion fulfils everything it must."""

    code = "wrong-subject"


class UnknownConditionError(ProtocolError):
    """The assertion has a condition that we do not understand or cannot meet."""

    code = "unknown-condition"


class ExpiredError(ProtocolError):
    """The message was valid, but no longer."""

    code = "expired"


class NotYetValidError(ProtocolError):
    """The message will be valid later."""

    code = "not-yet-valid"


class ReplayedError(ProtocolError):
    """The message has been used before."""

    code = "replayed"


class UnsolicitedError(ProtocolError):
    """A Response that answers no request of ours."""

    code = "unsolicited"


class UnknownRequestError(ProtocolError):
    """The assertion answers another request than the Response around it."""

    code = "unknown-request"


class BadAssertionError(ProtocolError):
    """The assertion lacks or repeats something that it must have exactly once."""

    code = "bad-assertion"


class BadAttributeError(ProtocolError):
    """A value from upstream does not follow its grammar, or is missing or repeated."""

    code = "bad-attribute"


class StaleAuthenticationError(ProtocolError):
    """A fresh login was asked for and the IdP answered with an older one."""

    code = "stale-authentication"
    second_status = names.STATUS_AUTHN_FAILED


class UnknownPartnerError(ProtocolError):
    """The sender is not in our trusted metadata, or that metadata has expired."""

    code = "unknown-partner"


class UnknownAcsError(ProtocolError):
    """The request wants its answer at an address that is not in the SP's metadata."""

    code = "unknown-acs"


class UnsupportedRequestError(ProtocolError):
    """The request asks for something that we do not do."""

    code = "unsupported-request"
    status = names.STATUS_REQUESTER
    second_status = names.STATUS_REQUEST_UNSUPPORTED


class NameIdPolicyError(ProtocolError):
    """The request wants a name identifier that we do not issue."""

    code = "name-id-policy"
    status = names.STATUS_REQUESTER
    second_status = names.STATUS_INVALID_NAMEID_POLICY


class ProxyCountError(ProtocolError):
    """The request forbids asking another identity provider."""

    code = "proxy-count"
    second_status = names.STATUS_PROXY_COUNT_EXCEEDED


class UnsupportedIdpError(ProtocolError):
    """The request names identity providers, none of which we can ask."""

    code = "unsupported-idp"
    second_status = names.STATUS_NO_SUPPORTED_IDP


class UnavailableIdpError(ProtocolError):
    """No identity provider that may be asked has valid metadata at the moment."""

    code = "unavailable-idp"
    second_status = names.STATUS_NO_AVAILABLE_IDP


class MissingAttributeError(ProtocolError):
    """The e-tjänst requires an attribute that we cannot deliver."""

    code = "missing-attribute"
    second_status = names.STATUS_AUTHN_FAILED


class UpstreamError(ProtocolError):
    """The identity provider answered with a status other than Success.

    Args:
        status: Its top-level status.
        second_status: Its second-level status, if any.
    """

    code = "upstream-failed"

    def __init__(self, *, status: str, second_status: str | None) -> None:
        super().__init__(f"upstream status {status} / {second_status}")
        self.status = status
        self.second_status = second_status


# --- a person's: known, but may not go on ---------------------------------------------


class LoginRefusedError(BridgeError):
    """Somebody may not go on."""

    code = "login-refused"
    fault = Fault.PERSON
    second_status = names.STATUS_REQUEST_DENIED


class LoginCancelledError(LoginRefusedError):
    """The person cancelled the login."""

    code = "login-cancelled"
    second_status = names.STATUS_CANCEL


class PossibleFraudError(LoginRefusedError):
    """The identity provider suspects fraud."""

    code = "possible-fraud"
    second_status = names.STATUS_POSSIBLE_FRAUD


class FraudError(PossibleFraudError):
    """The identity provider says that it is fraud."""

    second_status = names.STATUS_FRAUD


class AuthnContextError(LoginRefusedError):
    """The level of the login is lower than what is needed, or cannot be mapped."""

    code = "wrong-authn-context"
    status = names.STATUS_REQUESTER
    second_status = names.STATUS_NO_AUTHN_CONTEXT


class PassiveError(LoginRefusedError):
    """The request forbids showing a page, and a person is needed."""

    code = "no-passive"
    second_status = names.STATUS_NO_PASSIVE


class UnknownPersonError(LoginRefusedError):
    """Nobody has registered this person."""

    code = "unknown-person"


class InactivePersonError(LoginRefusedError):
    """The person has been removed."""

    code = "inactive-person"


class WrongOrganisationError(LoginRefusedError):
    """The card belongs to another organisation than the one that registered it."""

    code = "wrong-organisation"


class InactiveOrganisationError(LoginRefusedError):
    """The organisation no longer takes part."""

    code = "inactive-organisation"


class NoAgreementError(LoginRefusedError):
    """The organisation has no agreement for the e-tjänst."""

    code = "no-agreement"


class NoPermissionError(LoginRefusedError):
    """The person has no permission in an e-tjänst that lets nobody in without."""

    code = "no-permission"


class ServiceClosedError(LoginRefusedError):
    """The e-tjänst is not open."""

    code = "service-closed"


class NotOperatorError(LoginRefusedError):
    """Somebody wants to the operators' pages who is not an active operator."""

    code = "not-operator"


class NotAdministratorError(LoginRefusedError):
    """Somebody wants to the administrators' pages who is no active administrator."""

    code = "not-administrator"


class LoginLostError(BridgeError):
    """The pending login is missing: back button, old tab, other browser, bookmark."""

    code = "login-lost"
    fault = Fault.PERSON


class LoopError(BridgeError):
    """The same browser has been sent round too many times in a short while."""

    code = "login-loop"
    fault = Fault.PERSON


class PageNotFoundError(BridgeError):
    """There is no page at this address."""

    code = "not-found"
    fault = Fault.PERSON


class NotAllowedError(BridgeError):
    """Somebody is logged in, but their role may not do this."""

    code = "not-allowed"
    fault = Fault.PERSON


class SessionEndedError(BridgeError):
    """A form came from somebody who is no longer logged in."""

    code = "session-ended"
    fault = Fault.PERSON
