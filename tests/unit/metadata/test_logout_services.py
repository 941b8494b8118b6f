"""Where is a party told of logouts, and where does it want answers?"""

import pytest

from metadata import safe_xml
from metadata.elements import Reading
from metadata.reader import read_service_provider, service_provider_of
from tests.support.metadata_documents import ACS, SP, endpoint, entity, sp_role

GOOD_ACS = endpoint("AssertionConsumerService", ACS, more='index="0"')
SLO = "https://sp.example.se/slo"


def slo(location: str = SLO, *, response_location: str = "") -> str:
    more = f'ResponseLocation="{response_location}"' if response_location else ""
    return endpoint("SingleLogoutService", location, more=more)


def test_answers_about_logout_may_go_to_another_address() -> None:
    read = read_service_provider(
        entity(
            SP,
            sp_role(slo() + slo(response_location=f" {SLO}/answers ") + GOOD_ACS),
        ).encode()
    )
    assert [(each.location, each.for_responses) for each in read.slo_endpoints] == [
        (SLO, SLO),
        (SLO, f"{SLO}/answers"),
    ]


@pytest.mark.parametrize(
    "bad", ["http://sp.example.se/", "javascript:alert(1)", "https://a@b.example.se/"]
)
def test_a_logout_service_with_a_bad_address_for_answers_is_left_out(bad: str) -> None:
    xml = entity(SP, sp_role(slo() + slo(response_location=bad) + GOOD_ACS))
    reading = Reading()
    read = service_provider_of(safe_xml.parse(xml.encode()), reading)
    assert [each.response_location for each in read.slo_endpoints] == [None]
    assert "SingleLogoutService left out: its ResponseLocation" in reading.warnings[0]


def test_an_address_for_answers_means_nothing_where_nothing_is_asked() -> None:
    odd = endpoint(
        "AssertionConsumerService",
        ACS,
        more='index="0" ResponseLocation="javascript:alert(1)"',
    )
    (acs,) = read_service_provider(entity(SP, sp_role(odd)).encode()).acs_endpoints
    assert acs.response_location is None
