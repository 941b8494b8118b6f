"""A small message becomes an enormous one, or an enormous tree."""

import base64
import subprocess
import sys
import textwrap
from pathlib import Path
from urllib.parse import quote

import pytest

from idp_bridge.errors import UnreadableMessageError
from idp_bridge.saml.bindings import (
    MAX_MESSAGE_BYTES,
    decode_post,
    decode_redirect,
)
from tests.support.saml.logins import make_bridge
from tests.support.saml.requests import (
    authn_request,
    deflated,
    posted,
    redirected,
    requested_levels,
    scoping,
    unsigned_query,
)
from tests.support.saml.responses import assertion, good, response
from tests.support.saml.signing import signed
from tests.support.saml.world import encoded, take_request, take_response

MEMORY_MEGABYTES = 60
"""More than the bridge needs for anything, much less than the bomb would."""


def padded(size: int) -> str:
    """Write a request of exactly this size."""
    comment = authn_request("<!---->")
    return authn_request(f"<!--{'x' * (size - len(comment))}-->")


@pytest.mark.parametrize("send", [posted, redirected])
def test_a_message_may_be_as_large_as_the_limit(send: object) -> None:
    assert callable(send)
    take_request(send(padded(MAX_MESSAGE_BYTES)))
    with pytest.raises(UnreadableMessageError):
        take_request(send(padded(MAX_MESSAGE_BYTES + 1)))


BOMB = """
    import resource, sys, time, zlib
    from base64 import b64encode
    from urllib.parse import quote
    from idp_bridge.errors import UnreadableMessageError
    from idp_bridge.saml.bindings import decode_redirect

    deflater = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS)
    megabyte = b" " * 1024 * 1024
    bomb = b"".join(deflater.compress(megabyte) for _ in range(int(sys.argv[1])))
    bomb += deflater.flush()
    assert 200_000 < len(bomb) < 350_000, len(bomb)
    query = b"SAMLRequest=" + quote(b64encode(bomb), safe="").encode()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = time.process_time()
    try:
        decode_redirect(query)
    except UnreadableMessageError:
        seconds = time.process_time() - seconds
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print((after - before) // 1024, seconds)
"""


@pytest.mark.parametrize("unpacked_megabytes", [250, 310])
def test_a_bomb_of_hundreds_of_megabytes_is_not_unpacked(
    unpacked_megabytes: int,
) -> None:
    """In a process of its own, whose memory only this test uses.

    The smaller one is small enough to be looked into, the larger one is not.
    """
    script = textwrap.dedent(BOMB)
    defused = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(unpacked_megabytes)],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    megabytes, seconds = defused.stdout.split()
    assert int(megabytes) < MEMORY_MEGABYTES
    assert float(seconds) < 1


def test_a_small_bomb_is_refused_for_its_size_not_its_content() -> None:
    spaces = " " * (MAX_MESSAGE_BYTES - len(authn_request()))
    decode_redirect(unsigned_query(authn_request() + spaces))
    with pytest.raises(UnreadableMessageError):
        decode_redirect(unsigned_query(authn_request() + spaces + " "))


def test_the_post_binding_never_inflates() -> None:
    with pytest.raises(UnreadableMessageError):
        take_request(decode_post([deflated(authn_request())]))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"more",
        lambda data: data[:-1],
        lambda data: b"\x78\x9c" + data,
        lambda _: authn_request().encode(),
        lambda _: b"",
    ],
    ids=["something behind", "cut off", "zlib header", "not deflated", "empty"],
)
def test_deflate_is_complete_and_nothing_follows(change: object) -> None:
    assert callable(change)
    stream = base64.b64decode(deflated(authn_request()))

    def query(data: bytes) -> bytes:
        return b"SAMLRequest=" + quote(base64.b64encode(data), safe="").encode()

    take_request(decode_redirect(query(stream)))
    with pytest.raises(UnreadableMessageError):
        decode_redirect(query(change(stream)))


@pytest.mark.parametrize(
    "text",
    ["", "=", "####", "QUJD QUJD", "QUJD\u00a0", "QUI", "\u0430\u0430\u0430\u0430"],
)
def test_base64_is_strict(text: str) -> None:
    with pytest.raises(UnreadableMessageError):
        take_request(decode_post([text]))


def test_a_large_form_field_is_not_even_decoded() -> None:
    decode_post([encoded("x" * MAX_MESSAGE_BYTES)])
    with pytest.raises(UnreadableMessageError):
        decode_post([encoded("x" * (MAX_MESSAGE_BYTES + 8))])


def test_lines_in_a_form_field_are_fine() -> None:
    """As in MIME, which some senders use."""
    lines = "\r\n".join(textwrap.wrap(encoded(authn_request()), 76))
    take_request(decode_post([lines]))


# --- trees ----------------------------------------------------------------------------


def nested(levels: int) -> str:
    """Write a request with this many levels, the request itself counted."""
    return authn_request(
        f"<samlp:Extensions>{'<x>' * (levels - 2)}{'</x>' * (levels - 2)}"
        "</samlp:Extensions>"
    )


def test_depth_is_bounded() -> None:
    take_request(posted(nested(64)))
    for levels in (65, 300, 10_000):
        with pytest.raises(UnreadableMessageError):
            take_request(posted(nested(levels)))


def test_the_number_of_elements_is_bounded() -> None:
    def crowded(number: int) -> str:
        inside = "<x/>" * (number - 3)
        return authn_request(f"<samlp:Extensions>{inside}</samlp:Extensions>")

    take_request(posted(crowded(20_000)))
    with pytest.raises(UnreadableMessageError):
        take_request(posted(crowded(20_001)))


def test_the_number_of_attributes_is_bounded() -> None:
    def bristling(number: int) -> str:
        attributes = " ".join(f'a{n}="1"' for n in range(number))
        return authn_request(f"<samlp:Extensions><x {attributes}/></samlp:Extensions>")

    take_request(posted(bristling(64)))
    with pytest.raises(UnreadableMessageError):
        take_request(posted(bristling(65)))


def test_a_response_is_bounded_too() -> None:
    deep = f"<saml2:Advice>{'<x>' * 70}{'</x>' * 70}</saml2:Advice>"
    take_response(good())
    with pytest.raises(UnreadableMessageError):
        take_response(response(signed(assertion()), deep))


def test_what_is_listed_is_bounded() -> None:
    """A request that lists thousands of levels would cost more than it is worth."""
    take_request(posted(authn_request(requested_levels(*["urn:x"] * 32))))
    for crowd in (
        requested_levels(*["urn:x"] * 33),
        scoping(idps=("urn:x",) * 33),
        scoping(requesters=("urn:x",) * 33),
    ):
        with pytest.raises(UnreadableMessageError):
            take_request(posted(authn_request(crowd)))


def test_what_is_listed_is_short() -> None:
    """What a stranger writes is kept for an hour, so it has to be little."""
    take_request(posted(authn_request(scoping(requesters=("u" * 1024,)))))
    for crowd in (
        scoping(requesters=("u" * 1025,)),
        scoping(idps=("u" * 1025,)),
        scoping(requesters=("u" * 1000,) * 9),
        requested_levels("u" * 1025),
    ):
        with pytest.raises(UnreadableMessageError, match="very long"):
            take_request(posted(authn_request(crowd)))


def test_the_longest_lists_fit_into_the_store(tmp_path: Path) -> None:
    bridge = make_bridge(tmp_path)
    longest = scoping(requesters=("\N{GRINNING FACE}" * 1024,) * 8)
    assert bridge.ask(posted(authn_request(longest))).request_id
