"""Which people may not go on, or not like that?"""

from idp_bridge.errors.base import BridgeError, Fault
from metadata import names


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


class WrongPrincipalError(LoginRefusedError):
    """Somebody else logged in than the e-tjänst named in its request."""

    code = "wrong-person"
    second_status = names.STATUS_UNKNOWN_PRINCIPAL


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


class LogoutLostError(BridgeError):
    """The pending logout is missing: too old, finished, or in another browser."""

    code = "logout-lost"
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
