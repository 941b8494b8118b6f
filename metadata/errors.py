"""What can be wrong with other parties, their XML and their metadata.

The text of an exception is for the log, never for a screen. Every class has a stable
``code`` with an entry in ``docs/errors.md``.
"""

from typing import ClassVar


class MetadataError(Exception):
    """Something about another party cannot be believed."""

    code: ClassVar[str] = "metadata"


class UnreadableXmlError(MetadataError):
    """Not XML that we read: broken, too large, too deep, or with a DTD."""

    code = "unreadable-xml"


class BadSignatureError(MetadataError):
    """No configured key verifies the signature, or it does not cover what it must."""

    code = "bad-signature"


class MissingSignatureError(BadSignatureError):
    """A signature is required and there is none."""

    code = "missing-signature"


class WeakAlgorithmError(BadSignatureError):
    """A signature or a key uses an algorithm or a length that we refuse."""

    code = "weak-algorithm"


class UnknownEntityError(MetadataError):
    """No trusted source brings this entityID in this role."""

    code = "unknown-entity"


class MetadataExpiredError(MetadataError):
    """The entity is known but its metadata is no longer valid."""

    code = "metadata-expired"


class BadEntityError(MetadataError):
    """One entity in a document cannot be used; the others stay."""

    code = "bad-entity"


class SourceRefusedError(MetadataError):
    """A source as a whole does not fulfil what it must before anyone trusts it."""

    code = "source-refused"


class OvertakenError(SourceRefusedError):
    """Another process has taken a version meanwhile; that one stays."""

    code = "overtaken"


class FetchFailedError(SourceRefusedError):
    """A document could not be had from where it should be."""

    code = "fetch-failed"


class DocumentNotFoundError(FetchFailedError):
    """The server answers, and says that there is no such document."""

    code = "document-not-found"


class BadIdentifierError(MetadataError):
    """Somebody asks our MDQ server for what is no identifier."""

    code = "bad-identifier"


class UnknownIdentifierError(MetadataError):
    """Somebody asks our MDQ server by a kind of identifier that we do not know."""

    code = "unknown-identifier"


class UnknownSourceError(MetadataError):
    """There is no metadata source of this name."""

    code = "unknown-source"


class MetadataUnavailableError(MetadataError):
    """The store of metadata does not answer: an error, never "unknown entity"."""

    code = "store-unavailable"
