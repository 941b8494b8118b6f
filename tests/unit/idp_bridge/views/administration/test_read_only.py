"""Without an agreement, or when an e-tjänst has ended, permissions are read only."""

from pathlib import Path

import pytest
from lxml import html

from tests.support.administration_pages import (
    BERIT,
    GUSTAV,
    LIST,
    Office,
    make_office,
    text_of,
)
from tests.support.change_pages import held, permission_numbers
from tests.support.permission_world import REGION

REASON = (
    "Avtalet för E-tjänst för landsting har upphört. Behörigheterna gäller inte men"
    " finns kvar att läsa."
)
NO_AGREEMENT = f"""
[[agreements]]
organisation = "{REGION}"
service = "landsting"
valid_from = 2025-01-01
valid_until = 2026-01-01
"""
NO_SERVICE = """
[[services]]
code = "landsting"
name = "E-tjänst för landsting"
valid_until = 2026-01-01
"""
ENDED = [NO_AGREEMENT, NO_SERVICE]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = make_office(tmp_path)
    office.log_in(BERIT)
    return office


@pytest.mark.parametrize("ended", ENDED, ids=["agreement", "e-tjänst"])
def test_the_form_of_a_user_is_disabled_with_the_reason_on_top(
    office: Office, ended: str
) -> None:
    number = permission_numbers(office, REGION)["landsting:rapportera"]
    office.load(ended)
    page = office.get(f"{office.address(GUSTAV)}/behorigheter")
    tree = html.fromstring(page.text)
    group = tree.get_element_by_id("tjanst-landsting")
    assert group.get("disabled") is not None
    assert REASON in " ".join(str(group.text_content()).split())
    box = tree.get_element_by_id(f"beh-{number}")
    assert box.get("checked") is not None
    other = tree.get_element_by_id("tjanst-statlig-ersattning")
    assert other.get("disabled") is None


@pytest.mark.parametrize("ended", ENDED, ids=["agreement", "e-tjänst"])
def test_the_list_and_the_user_say_so_and_offer_nothing(
    office: Office, ended: str
) -> None:
    address, member = office.address(GUSTAV), office.members()[GUSTAV]
    assert "landsting" in office.get(f"{address}").text
    office.load(ended)
    assert REASON in text_of(office.get(LIST))
    page = office.get(address)
    assert "Avtalet har upphört. Behörigheterna gäller inte." in text_of(page)
    assert "Rapportera hälsoundersökning" in text_of(page)
    assert "#tjanst-landsting" not in page.text
    assert "#tjanst-statlig-ersattning" in page.text
    assert "landsting:rapportera" in held(office, member, REGION)


@pytest.mark.parametrize("ended", ENDED, ids=["agreement", "e-tjänst"])
def test_who_has_a_permission_can_be_read_and_not_changed(
    office: Office, ended: str
) -> None:
    office.load(ended)
    page = office.get(f"/o/{REGION}/behorighet/landsting/rapportera")
    tree = html.fromstring(page.text)
    (boxes,) = tree.find_class("plain-fieldset")
    assert boxes.get("disabled") is not None
    assert "Behörigheten går inte att ändra." in text_of(page)
