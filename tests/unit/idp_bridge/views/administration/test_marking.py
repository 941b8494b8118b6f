"""Hits are marked in what was escaped before; the text itself stays."""

from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from markupsafe import escape

from idp_bridge.pages import plain
from idp_bridge.views.administration.marking import marked

SIGNS = st.text(st.sampled_from("aAåÅ<>&\"'/mrk;#1 \u030a"), max_size=12)


def test_a_hit_is_marked() -> None:
    assert marked("Åsberg", "s") == "Å<mark>s</mark>berg"
    assert marked("Åsa", "åS") == "<mark>Ås</mark>a"


def test_markup_in_a_name_stays_text() -> None:
    assert marked("<b>&", "b") == "&lt;<mark>b</mark>&gt;&amp;"
    assert marked("a&b", "amp") == "a&amp;b"
    assert marked("<mark>", "<mark>") == "<mark>&lt;mark&gt;</mark>"


def test_nothing_is_marked_without_a_search() -> None:
    assert marked("Åsa", "") == "Åsa"


@given(text=SIGNS, search=SIGNS)
def test_what_is_read_is_the_same_with_and_without_marks(
    text: str, search: str
) -> None:
    found = str(marked(text, search))
    assert found.replace("<mark>", "").replace("</mark>", "") == str(
        escape(plain(text))
    ) or "<mark>" in plain(text)
    tree = html.fromstring(f"<p>{found}</p>")
    assert tree.text_content() == plain(text)
    assert {each.tag for each in tree.iter()} <= {"p", "mark"}
