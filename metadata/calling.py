"""How do we put a question to another party's server, and have its answer in time?

One POST to an address out of trusted metadata. Nobody is waited for longer than the
policy says, nothing is followed elsewhere, and the network near us stays out of reach
unless the operator allows it, as when metadata is fetched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from metadata.answers import document
from metadata.bounds import Bounds
from metadata.connections import answered, pieces_of
from metadata.errors import FetchFailedError
from metadata.fetching import FetchPolicy, place_of

_HEADER_BYTES: Final = 64 * 1024
"""What headers and the frames of chunks may take beside the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a server answered; nothing about it is believed."""

    content_type: str
    body: bytes


def call(
    url: str, body: bytes, *, headers: Mapping[str, str], policy: FetchPolicy
) -> Reply:
    """Post a question and wait for the answer.

    Args:
        url: Where; ``https``, or ``http`` on this machine where allowed.
        body: The question.
        headers: What it is, in the words of HTTP.
        policy: How long it may take, how large the answer may be, and how near the
            server.

    Raises:
        FetchFailedError: There is no answer, with the reason in one sentence.
    """
    limits = policy.limits
    bounds = Bounds(
        max_bytes=limits.max_received_bytes + _HEADER_BYTES,
        connect_seconds=limits.connect_seconds,
        read_seconds=limits.read_seconds,
        total_seconds=limits.total_seconds,
    )
    sent = {"Accept-Encoding": "identity", "Connection": "close", **headers}
    place = place_of(url, bounds, policy)
    with answered(
        place, bounds, headers=sent, ca_file=policy.ca_file, body=body
    ) as response:
        if response.status != HTTPStatus.OK:
            raise FetchFailedError(f"the server answers {response.status}, not 200")
        return Reply(
            content_type=response.headers.get("Content-Type", ""),
            body=document(
                response,
                pieces_of(response),
                max_bytes=limits.max_bytes,
                max_received_bytes=limits.max_received_bytes,
            ),
        )
