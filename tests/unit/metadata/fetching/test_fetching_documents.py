"""A document comes as it is, once, and only when there is one."""

import gzip

import pytest

from metadata.errors import DocumentNotFoundError, FetchFailedError
from metadata.fetching import Fetched, FetchPolicy, fetch, fetch_url
from metadata.sources import Kind, Validators
from tests.support.fetching import (
    DOCUMENT,
    KNOWN,
    chunked,
    conditional,
    got,
    refusal_of,
)
from tests.support.misbehaving_server import (
    MisbehavingServer,
    Talk,
    misbehaving_server,
    sending,
)


def test_a_document_comes_as_it_is(
    server: MisbehavingServer, policy: FetchPolicy
) -> None:
    url = server.does("/feed.xml?of=all", sending(DOCUMENT))
    assert got(fetch(url, Kind.URL, policy=policy)) == DOCUMENT
    (asked,) = server.asked
    assert asked.headers["host"] == f"localhost:{server.port}"
    assert asked.headers["accept"] == "application/samlmetadata+xml"
    assert asked.headers["accept-encoding"] == "gzip"
    assert asked.headers["user-agent"] == "idp-bridge"
    assert "if-none-match" not in asked.headers
    assert "if-modified-since" not in asked.headers


def test_a_caller_chooses_what_to_accept(
    server: MisbehavingServer, policy: FetchPolicy
) -> None:
    url = server.does("/one", sending(DOCUMENT))
    fetch_url(url, policy=policy, accept="text/xml")
    assert server.asked[0].headers["accept"] == "text/xml"


def test_a_document_may_have_no_announced_end(
    server: MisbehavingServer, policy: FetchPolicy
) -> None:
    def old_fashioned(talk: Talk) -> None:
        talk.send(b"HTTP/1.0 200 OK\r\n\r\n" + DOCUMENT)

    assert got(fetch_url(server.does("/", old_fashioned), policy=policy)) == DOCUMENT


def test_chunks_are_put_together(
    server: MisbehavingServer, policy: FetchPolicy
) -> None:
    url = server.does("/", chunked(DOCUMENT[:700], DOCUMENT[700:], b""))
    assert got(fetch_url(url, policy=policy)) == DOCUMENT


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip"])
def test_what_is_packed_is_unpacked(
    server: MisbehavingServer, policy: FetchPolicy, encoding: str
) -> None:
    packed = sending(gzip.compress(DOCUMENT), content_encoding=encoding)
    assert got(fetch_url(server.does("/", packed), policy=policy)) == DOCUMENT


def test_a_packed_document_may_have_several_members(
    server: MisbehavingServer, policy: FetchPolicy
) -> None:
    packed = gzip.compress(DOCUMENT[:50]) + gzip.compress(DOCUMENT[50:])
    url = server.does("/", sending(packed, content_encoding="gzip"))
    assert got(fetch_url(url, policy=policy)) == DOCUMENT


def test_plain_http_is_for_this_machine_where_it_is_allowed() -> None:
    with misbehaving_server(None) as plain:
        url = plain.does("/", sending(DOCUMENT))
        allowed = FetchPolicy(allow_loopback_http=True)
        assert got(fetch_url(url, policy=allowed)) == DOCUMENT
        private = FetchPolicy(allow_private_addresses=True)
        assert refusal_of(url, private) == f"{url}: the address is not https"
        assert plain.accepted == 1


def test_proxies_of_the_environment_are_not_asked(
    server: MisbehavingServer, policy: FetchPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    url = server.does("/", sending(DOCUMENT))
    assert got(fetch_url(url, policy=policy)) == DOCUMENT


def test_what_has_not_changed_is_not_sent_again(
    server: MisbehavingServer, policy: FetchPolicy
) -> None:
    url = server.does("/", conditional)
    first = fetch_url(url, policy=policy)
    assert first == Fetched(DOCUMENT, KNOWN)
    assert fetch_url(url, validators=KNOWN, policy=policy) is None
    assert server.asked[1].headers["if-none-match"] == KNOWN.etag
    assert server.asked[1].headers["if-modified-since"] == KNOWN.last_modified
    older = Validators(etag='W/"6"')
    assert fetch_url(url, validators=older, policy=policy) == first


@pytest.mark.parametrize("validators", [None, Validators()])
def test_nothing_changed_is_no_answer_to_who_has_nothing(
    server: MisbehavingServer, policy: FetchPolicy, validators: Validators | None
) -> None:
    url = server.does("/", lambda talk: talk.answer(status="304 Not Modified"))
    with pytest.raises(FetchFailedError, match="but we have nothing"):
        fetch_url(url, validators=validators, policy=policy)
    assert fetch_url(url, validators=KNOWN, policy=policy) is None


@pytest.mark.parametrize("etag", ["\xe5", '"' + 600 * "e" + '"', ""])
def test_a_mark_that_cannot_be_sent_back_is_not_kept(
    server: MisbehavingServer, policy: FetchPolicy, etag: str
) -> None:
    url = server.does("/", sending(DOCUMENT, etag=etag))
    assert fetch_url(url, policy=policy) == Fetched(DOCUMENT, Validators())


def test_what_is_not_there_can_be_told_from_what_went_wrong(
    server: MisbehavingServer, policy: FetchPolicy
) -> None:
    with pytest.raises(DocumentNotFoundError) as caught:
        fetch_url(server.url("/none?key=secret"), policy=policy)
    where = server.url("/none")
    assert str(caught.value) == (
        f"{where}: the server answers 404: there is no such document"
    )


@pytest.mark.parametrize(
    "status", ["500 Oh No", "503 Busy", "403 No", "204 Empty", "206 Part", "410 Gone"]
)
def test_only_200_is_a_document(
    server: MisbehavingServer, policy: FetchPolicy, status: str
) -> None:
    url = server.does("/", sending(DOCUMENT, status=status))
    said = f"the server answers {status[:3]}, not 200"
    assert refusal_of(url, policy) == f"{url}: {said}"


@pytest.mark.parametrize(
    "content_type", ["text/html", "Text/HTML; charset=utf-8", "application/xhtml+xml"]
)
def test_a_web_page_is_no_metadata(
    server: MisbehavingServer, policy: FetchPolicy, content_type: str
) -> None:
    url = server.does("/", sending(b"<html/>", content_type=content_type))
    assert refusal_of(url, policy).endswith("the server sends HTML instead of metadata")


@pytest.mark.parametrize(
    "content_type", ["application/samlmetadata+xml", "text/xml", "text/plain", ""]
)
def test_other_types_are_read(
    server: MisbehavingServer, policy: FetchPolicy, content_type: str
) -> None:
    url = server.does("/", sending(DOCUMENT, content_type=content_type))
    assert got(fetch_url(url, policy=policy)) == DOCUMENT


def test_nothing_is_no_document(server: MisbehavingServer, policy: FetchPolicy) -> None:
    url = server.does("/", sending(b""))
    assert refusal_of(url, policy) == f"{url}: the document is empty"
