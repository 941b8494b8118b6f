"""What is cut off, too large or packed otherwise never becomes a document."""

import gzip
from collections.abc import Callable
from dataclasses import replace

import pytest

from metadata.fetching import FetchLimits, FetchPolicy, fetch_url
from tests.support.fetching import (
    DOCUMENT,
    chunked,
    got,
    refusal_of,
)
from tests.support.misbehaving_server import (
    Behaviour,
    MisbehavingServer,
    Talk,
    sending,
)

SMALL = FetchLimits(max_bytes=len(DOCUMENT), max_received_bytes=len(DOCUMENT))

PACKED = gzip.compress(DOCUMENT)


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(sending(DOCUMENT, content_length="3000"), id="length-too-long"),
        pytest.param(chunked(DOCUMENT[:700]), id="no-last-chunk"),
        pytest.param(
            sending(b"400\r\nabc", transfer_encoding="chunked", content_length="8"),
            id="inside-a-chunk",
        ),
        pytest.param(
            sending(b"-5\r\nabcde\r\n", transfer_encoding="chunked"),
            id="less-than-nothing",
        ),
        pytest.param(
            sending(PACKED[:-4], content_encoding="gzip"), id="packed-without-end"
        ),
        pytest.param(
            sending(
                PACKED,
                content_encoding="gzip",
                content_length=str(len(PACKED) - 1),
            ),
            id="packed-and-length-too-short",
        ),
    ],
)
def test_a_document_without_its_end_is_refused(
    server: MisbehavingServer, policy: FetchPolicy, behaviour: Behaviour
) -> None:
    assert "was cut off before its end" in refusal_of(
        server.does("/", behaviour), policy
    )


@pytest.mark.parametrize(
    "headers",
    [{}, {"content_length": "10, 11"}, {"content_length": "9" * 5000}],
    ids=["none", "two", "absurd"],
)
def test_a_connection_that_breaks_ends_the_fetch(
    server: MisbehavingServer, policy: FetchPolicy, headers: dict[str, str]
) -> None:
    def breaking(talk: Talk) -> None:
        talk.answer(DOCUMENT, **{"content_length": "5000"} | headers)
        talk.reset()

    refusal_of(server.does("/", breaking), policy)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_document_may_be_as_large_as_allowed_and_no_larger(
    server: MisbehavingServer, policy: FetchPolicy, encoding: str
) -> None:
    pack: Callable[[bytes], bytes] = gzip.compress if encoding == "gzip" else bytes
    limited = replace(policy, limits=SMALL)
    fits = server.does("/fits", sending(pack(DOCUMENT), content_encoding=encoding))
    more = server.does(
        "/more", sending(pack(DOCUMENT + b" "), content_encoding=encoding)
    )
    assert got(fetch_url(fits, policy=limited)) == DOCUMENT
    assert f"more than {len(DOCUMENT)} bytes" in refusal_of(
        more, limited
    ) or f"larger than {len(DOCUMENT)} bytes" in refusal_of(more, limited)


def test_chunks_do_not_add_up_to_more_than_allowed(
    server: MisbehavingServer, policy: FetchPolicy
) -> None:
    url = server.does("/", chunked(DOCUMENT, b" ", b""))
    limited = replace(policy, limits=SMALL)
    assert f"sends more than {len(DOCUMENT)} bytes" in refusal_of(url, limited)
    assert len(got(fetch_url(url, policy=policy))) == len(DOCUMENT) + 1


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (sending(DOCUMENT, content_encoding="gzip"), "but is not"),
        (sending(PACKED + b"more", content_encoding="gzip"), "but is not"),
        (
            sending(gzip.compress(PACKED), content_encoding="gzip"),
            "packed once more than it should be",
        ),
        (sending(PACKED), "packed once more than it should be"),
        (
            sending(gzip.compress(PACKED), content_encoding="gzip, gzip"),
            "packs in a way that we did not ask for",
        ),
        (
            sending(DOCUMENT, content_encoding="br"),
            "packs in a way that we did not ask for",
        ),
    ],
    ids=["not-packed", "more-after", "twice", "unsaid", "twice-said", "brotli"],
)
def test_what_is_packed_otherwise_is_refused(
    server: MisbehavingServer, policy: FetchPolicy, behaviour: Behaviour, said: str
) -> None:
    assert said in refusal_of(server.does("/", behaviour), policy)
