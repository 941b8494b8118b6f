"""What do tests of fetching have in common?"""

import pytest

from metadata.errors import FetchFailedError
from metadata.fetching import Fetched, FetchPolicy, fetch_url
from metadata.sources import Validators
from tests.support.misbehaving_server import Behaviour, Talk

DOCUMENT = b"<md:EntitiesDescriptor/>" * 100
KNOWN = Validators(etag='W/"7"', last_modified="Mon, 23 Nov 2026 12:00:00 GMT")


def conditional(talk: Talk) -> None:
    if talk.asked.headers.get("if-none-match") == KNOWN.etag:
        talk.send(b"HTTP/1.1 304 Not Modified\r\n\r\n")
    else:
        assert KNOWN.etag is not None
        assert KNOWN.last_modified is not None
        talk.answer(DOCUMENT, etag=KNOWN.etag, last_modified=KNOWN.last_modified)


def got(fetched: Fetched | None) -> bytes:
    """Take the document that must have come."""
    assert fetched is not None
    return fetched.data


def refusal_of(url: str, policy: FetchPolicy) -> str:
    """Take the sentence for the operator, which says nothing of our insides."""
    with pytest.raises(FetchFailedError) as caught:
        fetch_url(url, policy=policy)
    assert type(caught.value) is FetchFailedError
    sentence = str(caught.value)
    assert "urllib3" not in sentence
    assert "Error" not in sentence
    assert "0x" not in sentence
    assert "\n" not in sentence
    return sentence


def chunked(*chunks: bytes) -> Behaviour:
    def behave(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for chunk in chunks:
            talk.send(b"%x\r\n%b\r\n" % (len(chunk), chunk))

    return behave
