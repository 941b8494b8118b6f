"""The list of users: filters, search, order, pages (the manual, 5 to 5.3)."""

from pathlib import Path

import pytest
from lxml import html

from tests.support.administration_pages import (
    BERIT,
    KURT,
    LIST,
    Office,
    make_office,
    rows_of,
    status_of,
    text_of,
)
from tests.support.permission_world import KOMMUN, REGION

PART = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = make_office(tmp_path_factory.mktemp("office"))
    office.load(_many_users())
    return office


@pytest.fixture
def office(shared: Office) -> Office:
    browser = shared.another_browser()
    browser.log_in(BERIT)
    return browser


def _many_users() -> str:
    return "\n".join(
        f'[[users]]\norganisation = "{REGION}"\nhsa_id = "SE2321000016-M{n:03}"\n'
        f'given_name = "Många {n:02}"\nsurname = "Mängd"\nemail = "m{n}@example.se"\n'
        for n in range(60)
    )


def test_the_list_has_every_column_and_says_how_many(office: Office) -> None:
    page = office.get(LIST)
    assert status_of(page) == "64 av 64 användare visas."
    tree = html.fromstring(page.text)
    heads = [
        str(each.text_content()).partition("▲")[0]
        for each in tree.iterfind(".//th[@scope='col']")
    ]
    assert heads == ["Förnamn", "Efternamn", "HSA-id", "E-post", "E-tjänster"]
    arrows = tree.find_class("arrows")
    assert [str(each.text_content()) for each in arrows] == ["▲▼"] * 5
    assert "Lägg till användare" in text_of(page)
    assert "Filtrera e-tjänster" in text_of(page)
    assert "Filtrera behörigheter" in text_of(page)


def test_the_first_name_is_the_link(office: Office) -> None:
    tree = html.fromstring(office.get(f"{LIST}?sok=gustav").text)
    links = [
        (str(link.text_content()), link.get("href"))
        for link in tree.iterfind(".//tbody//a")
    ]
    member = office.members()["SE2321000016-B004"]
    assert links == [("Gustav", f"{LIST}/{member}?lista=sok%3Dgustav")]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ÅSA", ["Åsa"]),
        ("a\u030asa", ["Åsa"]),
        ("öBERG", ["Åsa"]),
        ("b004", ["Gustav"]),
        ("gruppen@", ["Gustav"]),
        ("rapportera", ["Gustav", "Åsa"]),
        ("%", []),
        ("_", []),
        ("<", []),
        ("Många 07", ["Många 07"]),
    ],
)
def test_a_search_finds_any_sign_in_any_column(
    office: Office, search: str, found: list[str]
) -> None:
    page = office.get(LIST, query_string={"sok": search})
    assert rows_of(page) == found
    assert status_of(page) == f"{len(found)} av 64 användare visas."


def test_a_hit_is_marked_and_nothing_else(office: Office) -> None:
    page = office.get(LIST, query_string={"sok": "sa"})
    assert "Å<mark>sa</mark>" in page.text


def test_whoever_is_found_by_a_permission_shows_which_one(office: Office) -> None:
    tree = html.fromstring(office.get(f"{LIST}?sok=PORTERA h").text)
    assert rows_of(office.get(f"{LIST}?sok=PORTERA h")) == ["Gustav", "Åsa"]
    shown = [str(one.text_content()) for one in tree.find_class("permission-hit")]
    assert shown == ["Rapportera hälsoundersökning"] * 2
    marks = [str(one.text_content()) for one in tree.iter("mark")]
    assert marks == ["portera h"] * 2
    assert "permission-hit" not in office.get(f"{LIST}?sok=gustav").text


def test_every_row_that_is_found_has_a_mark(office: Office) -> None:
    for search in ("a", "Å", "0", "@", "-", "ö", "h", "försko", "landsting"):
        tree = html.fromstring(
            office.get(LIST, query_string={"sok": search, "visa": "alla"}).text
        )
        rows = tree.findall(".//tbody/tr")
        assert rows, search
        assert all(list(row.iter("mark")) for row in rows), search


def test_a_search_without_a_hit_says_so_and_leads_back(office: Office) -> None:
    page = office.get(LIST, query_string={"sok": "<b>nobody"})
    assert (
        "Ingen användare matchar ”<b>nobody” med de filter du valt. "
        "Rensa sökning och filter"
    ) in text_of(page)
    assert "<b>nobody" not in page.text


def test_the_second_filter_depends_on_the_first(office: Office) -> None:
    tree = html.fromstring(office.get(LIST).text)
    assert tree.xpath("//input[@name='behorighet']") == []
    tree = html.fromstring(office.get(f"{LIST}?tjanst=landsting").text)
    offered = tree.xpath("//input[@name='behorighet']/@value")
    assert sorted(offered) == ["landsting:granska", "landsting:rapportera"]


def test_filters_narrow_the_list(office: Office) -> None:
    assert rows_of(office.get(f"{LIST}?tjanst=landsting")) == ["Gustav", "Åsa"]
    both = office.get(f"{LIST}?tjanst=statlig-ersattning")
    assert rows_of(both) == ["Gustav"]
    one = f"{LIST}?tjanst=landsting&behorighet=landsting:granska"
    assert rows_of(office.get(one)) == []


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("sortera=fornamn", "Bo"),
        ("sortera=fornamn&ordning=fallande", "Åsa"),
        ("", "Charlie"),
        ("ordning=fallande", "Åsa"),
        ("sortera=hsa-id", "Åsa"),
        ("sortera=e-post", "Åsa"),
        ("sortera=e-tjanster&ordning=fallande", "Gustav"),
    ],
)
def test_every_column_sorts_in_swedish(office: Office, order: str, first: str) -> None:
    page = office.get(f"{LIST}?{order}")
    assert rows_of(page)[0] == first
    expected = "descending" if "fallande" in order else "ascending"
    assert page.text.count("aria-sort=") == 1
    assert f'aria-sort="{expected}"' in page.text


def test_a_press_on_a_column_turns_its_order(office: Office) -> None:
    tree = html.fromstring(office.get(f"{LIST}?sok=a&sortera=fornamn").text)
    link = tree.get_element_by_id("sortera-given_name")
    assert link.get("href") == f"{LIST}?sok=a&sortera=fornamn&ordning=fallande"
    assert link.get("hx-get") == link.get("href")


def test_pages_go_on_where_the_last_one_ended(office: Office) -> None:
    first = rows_of(office.get(f"{LIST}?visa=25"))
    second = rows_of(office.get(f"{LIST}?visa=25&sida=2"))
    third = rows_of(office.get(f"{LIST}?visa=25&sida=3"))
    assert (len(first), len(second), len(third)) == (25, 25, 14)
    everybody = rows_of(office.get(f"{LIST}?visa=alla"))
    assert first + second + third == everybody


def test_a_page_after_the_last_is_the_last(office: Office) -> None:
    late = office.get(f"{LIST}?visa=25&sida=99")
    assert rows_of(late) == rows_of(office.get(f"{LIST}?visa=25&sida=3"))


def test_a_script_gets_what_changes_and_no_more(office: Office) -> None:
    answer = office.get(f"{LIST}?sok=åsa&tjanst=landsting", headers=PART)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "1 av 64 användare visas." in answer.text
    assert 'id="filter-behorigheter" hx-swap-oob="innerHTML"' in answer.text
    assert "landsting:rapportera" in answer.text
    assert f'data-address="{LIST}?sok=%C3%A5sa&amp;tjanst=landsting"' in answer.text


def test_a_script_and_a_page_show_the_same_rows(office: Office) -> None:
    whole = office.get(f"{LIST}?sok=m")
    part = office.get(f"{LIST}?sok=m", headers=PART)
    assert rows_of(whole) == rows_of(part)


def test_a_script_after_the_session_is_sent_to_a_whole_page(office: Office) -> None:
    stranger = office.another_browser()
    answer = stranger.get(f"{LIST}?sok=x", headers=PART)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == f"{LIST}?sok=x"
    assert answer.get_data() == b""


def test_an_organisation_sees_its_own_users_only(office: Office) -> None:
    kommun = office.another_browser()
    kommun.log_in(KURT)
    page = kommun.get(f"/o/{KOMMUN}/anvandare?visa=alla")
    assert rows_of(page) == ["Fia"]
    assert "Fia" not in office.get(f"{LIST}?visa=alla").text


def test_a_list_without_users_says_what_to_do(tmp_path: Path) -> None:
    office = make_office(tmp_path)
    empty = "2120000290"
    office.load(
        f'[[organisations]]\nnumber = "{empty}"\nname = "Tomma kommun"\n'
        f'kind = "kommun"\n[[administrators]]\norganisation = "{empty}"\n'
        f'hsa_id = "SE{empty}-A1"\ngiven_name = "E"\nsurname = "T"\n'
        'email = "e@example.se"\n'
    )
    office.log_in(f"SE{empty}-A1")
    text = text_of(office.get(f"/o/{empty}/anvandare"))
    assert (
        "Det finns inga användare ännu. Lägg till den första användaren så kan du "
        "sedan ge behörigheter."
    ) in text
    assert "Din organisation har bara en administratör." in text


def test_the_state_of_the_list_comes_back_from_a_user(office: Office) -> None:
    member = office.members()["SE2321000016-B004"]
    tree = html.fromstring(office.get(f"{LIST}/{member}?lista=sok%3Dgustav").text)
    back = next(tree.find_class("way-up")[0].iter("a")).get("href")
    assert back == f"{LIST}?sok=gustav#rad-{member}"
