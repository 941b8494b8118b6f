"""What is a partner's fault? Messages that we must not act on."""

from idp_bridge.errors.base import BridgeError, Fault
from metadata import names


class ProtocolError(BridgeError):
    """A message that we must not act on."""

    code = "protocol"
    fault = Fault.PARTNER


class UnreadableMessageError(ProtocolError):
    """Not a SAML message that we read: encoding, size, XML, structure."""

    code = "unreadable-message"
    status = names.STATUS_REQUESTER


class BadEnvelopeError(ProtocolError):
    """Not a SOAP envelope with one message in it.

    Args:
        reason: What is wrong with it.
        soap_code: Whose fault it is in the words of SOAP 1.1, 4.4.1.
    """

    code = "bad-envelope"
    status = names.STATUS_REQUESTER

    def __init__(self, reason: str, *, soap_code: str = "Client") -> None:
        super().__init__(reason)
        self.soap_code = soap_code


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


class UnknownSessionError(ProtocolError):
    """A LogoutRequest about a session that was never given to its sender."""

    code = "unknown-session"
    status = names.STATUS_REQUESTER
    second_status = names.STATUS_UNKNOWN_PRINCIPAL


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
    """The e-tjänst requires attributes that we cannot deliver.

    Args:
        reason: Which, and why not.
        missing: What each is called in our texts, or its name if it has no word.
    """

    code = "missing-attribute"
    second_status = names.STATUS_AUTHN_FAILED

    def __init__(self, reason: str, *, missing: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.missing = missing


class BadQueryAttributeError(ProtocolError):
    """An attribute in a query stands twice, or is not as one is written."""

    code = "bad-query-attribute"
    status = names.STATUS_REQUESTER
    second_status = names.STATUS_INVALID_ATTRIBUTE


class NotEntitledError(ProtocolError):
    """The e-tjänst may not ask our attribute authority."""

    code = "not-entitled"
    status = names.STATUS_REQUESTER
    second_status = names.STATUS_REQUEST_DENIED


class TooManyQueriesError(ProtocolError):
    """The e-tjänst asks more often than one person after the other logs in."""

    code = "too-many-queries"


class UnknownSubjectError(ProtocolError):
    """Nobody is known under the name that the query gives, to the one who asks."""

    code = "unknown-subject"
    second_status = names.STATUS_UNKNOWN_PRINCIPAL


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
