"""Who may not change something sees how others do it, and why they may not."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from idp_bridge.services import metadata_admin
from idp_bridge.views.operator.frame import unlinked
from idp_bridge.web.access import needed_by
from idp_bridge.web.rights import RIGHTS_OF_OPERATORS, Right
from metadata.reports import NewSource
from tests.support.administration_pages import HOST, text_of
from tests.support.known_office import KnownOffice, know
from tests.support.metadata_documents import group, idp, sp
from tests.support.operator_pages import Site
from tests.support.register_pages import tree_of

READ_ONLY = {
    "/operator/organisationer": "bara handläggare och systemansvariga kan ändra det",
    "/operator/organisationer/1": "bara handläggare och systemansvariga kan",
    "/operator/organisationer/1/avtal": "bara handläggare och systemansvariga kan",
    "/operator/organisationer/1/administratorer": "bara handläggare och",
    "/operator/avtal": "bara handläggare och systemansvariga kan ändra det",
    "/operator/e-tjanster": "bara systemansvariga kan ändra det",
    "/operator/e-tjanster/landsting": "bara systemansvariga kan ändra det",
    "/operator/notiser": "bara systemansvariga kan ändra det",
    "/operator/metadata": "bara systemansvariga kan ändra det",
    "/operator/metadata/kallor/sambi": "bara systemansvariga kan ändra det",
}
"""Pages that a reader sees and others change, and what stands on top of them."""
LISTS = ("/operator/avtal",)
"""Those of them from which one goes to where it is changed."""


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnownOffice]:
    folder = tmp_path_factory.mktemp("office")
    found = know(folder)
    parts = found.office.parts
    admin = metadata_admin(parts.settings, parts.entity_store, found.office.clock)
    for name in ("sambi", "egen"):
        file = folder / f"{name}.xml"
        file.write_text(group(idp(), sp(f"https://{name}.example.se/sp")))
        admin.add(NewSource(name=name, location=str(file)))
    yield found
    found.office.close()


def seen_by(known: KnownOffice, role: str, path: str) -> Any:
    browser = known.office.another_browser()
    Site.log_in(browser, role)
    return browser.get(path)


def controls(page: Any) -> list[tuple[str, Any]]:
    """List what can be pressed in the main part, with its words."""
    found = tree_of(page).xpath("//main//a | //main//button")
    return [(" ".join(each.text_content().split()), each) for each in found]


def is_off(control: Any) -> bool:
    if control.tag == "a":
        return control.get("aria-disabled") == "true" and control.get("href") is None
    return bool(control.xpath("ancestor::fieldset[@disabled]"))


def right_for(known: KnownOffice, control: Any) -> object:
    """Say what the view needs to which a control leads."""
    app = known.office.app
    form = control.xpath("ancestor::form") if control.tag == "button" else []
    address = form[0].get("action") if form else control.get("href")
    method = (form[0].get("method") or "get").upper() if form else "GET"
    try:
        endpoint, _ = app.url_map.bind(HOST).match(urlsplit(address).path, method)
    except HTTPException:
        return None
    return needed_by(app.view_functions[endpoint])


@pytest.mark.parametrize(("path", "reason"), READ_ONLY.items(), ids=READ_ONLY)
def test_a_reader_sees_the_same_page_with_the_reason_and_disabled_controls(
    known: KnownOffice, path: str, reason: str
) -> None:
    page, owners = seen_by(known, "reader", path), seen_by(known, "system", path)
    assert f"Din roll är läsare: du ser allt här, men {reason}" in text_of(page)
    assert "Din roll är" not in text_of(owners)
    mine, theirs = controls(page), controls(owners)
    assert [words for words, _ in mine] == [words for words, _ in theirs]
    assert not any(is_off(control) for _, control in theirs)
    assert path in LISTS or any(is_off(control) for _, control in mine)


@pytest.mark.parametrize("role", ["reader", "handler", "system"])
def test_whatever_can_be_pressed_is_allowed(known: KnownOffice, role: str) -> None:
    rights, seen = RIGHTS_OF_OPERATORS[role], 0  # type: ignore[index]
    for path in READ_ONLY:
        for words, control in controls(seen_by(known, role, path)):
            if is_off(control):
                continue
            need = right_for(known, control)
            assert not isinstance(need, Right) or need in rights, (path, words)
            seen += isinstance(need, Right)
    assert seen > len(READ_ONLY)


def test_a_link_that_leads_nowhere_keeps_its_words() -> None:
    link = Markup('<p><a class="x" href="/a?b=&#34;">Ändra<span> &lt;a</span></a></p>')
    assert unlinked(link) == Markup(
        '<p><a class="x" role="link" aria-disabled="true">Ändra'
        "<span> &lt;a</span></a></p>"
    )
