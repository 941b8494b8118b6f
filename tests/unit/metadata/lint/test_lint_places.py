"""A finding tells its place exactly, however long the file or its lines are."""

from metadata.lint.linter import Finding, Section, lint
from tests.support.clock import NOW
from tests.support.lint_documents import exemplary_sp, grouped, spoilt
from tests.support.metadata_documents import group, idp

MARK = 'index="one"'


def sections(text: str) -> list[Section]:
    return list(lint(text.encode(), now=NOW))


def the_finding(text: str, code: str = "attribute-value") -> Finding:
    found = [one for part in sections(text) for one in part.findings]
    (finding,) = [one for one in found if one.code == code]
    return finding


def expected_place(text: str, marked: str) -> tuple[int, int]:
    """Find line and column of the start tag around a mark."""
    begin = text.rindex("<", 0, text.index(marked))
    line = text.count("\n", 0, begin) + 1
    return line, begin - text.rfind("\n", 0, begin)


def marked_sp() -> str:
    return spoilt(exemplary_sp(), (' index="1"', f" {MARK}"))


def test_line_column_path_and_entity_are_told() -> None:
    text = marked_sp()
    finding = the_finding(text)
    assert (finding.line, finding.column) == expected_place(text, MARK)
    assert finding.path == (
        "EntityDescriptor/SPSSODescriptor/AssertionConsumerService[2]"
    )
    assert finding.entity_id == "https://sp.example.se/saml"


def test_a_document_on_one_line_has_columns() -> None:
    text = marked_sp().replace("\n", " ")
    finding = the_finding(text)
    assert (finding.line, finding.column) == expected_place(text, MARK)
    assert finding.column > 1000


def test_columns_count_letters_not_bytes() -> None:
    text = marked_sp().replace("\n", " ").replace("&#246;", "\u00f6")
    assert "\u00f6" in text
    finding = the_finding(text)
    assert (finding.line, finding.column) == expected_place(text, MARK)


def test_lines_are_counted_beyond_what_libxml2_counts() -> None:
    text = grouped(exemplary_sp(), "\n" * 70_000, marked_sp())
    text = text.replace("sp.example.se/saml", "other.example.se/saml", 1)
    finding = the_finding(text)
    assert (finding.line, finding.column) == expected_place(text, MARK)
    assert finding.line > 65_535


def test_markup_in_comments_and_sections_does_not_count() -> None:
    comment = "<!-- <md:EntityDescriptor> <a> <b/> -->"
    text = grouped(comment, marked_sp().replace("<md:Org", comment + "<md:Org", 1))
    text = text.replace("Incident team", "<![CDATA[<a><md:EntityDescriptor>]]>")
    finding = the_finding(text)
    assert (finding.line, finding.column) == expected_place(text, MARK)


def test_nested_groups_are_walked_and_tell_their_own_place() -> None:
    inner = group(idp("https://a.example.se"), '<md:Wrong what="x"/>')
    text = group(idp("https://b.example.se"), inner, idp("https://c.example.se"))
    found = sections(text)
    assert [one.entity_id for one in found] == [
        "https://b.example.se",
        "https://a.example.se",
        "https://c.example.se",
        None,
    ]
    (wrong,) = [one for one in found[-1].findings if one.code == "group-content"]
    assert (wrong.line, wrong.column) == expected_place(text, 'what="x"')
    assert wrong.path == "EntitiesDescriptor/EntitiesDescriptor/Wrong"


def test_an_entity_of_another_namespace_disturbs_no_place() -> None:
    stranger = '<x:EntityDescriptor xmlns:x="urn:x"><x:a/><x:b/></x:EntityDescriptor>'
    text = grouped(stranger, marked_sp())
    finding = the_finding(text)
    assert (finding.line, finding.column) == expected_place(text, MARK)


def test_an_entity_inside_an_entity_disturbs_no_place() -> None:
    text = marked_sp().replace(
        "<mdui:UIInfo>", '<md:EntityDescriptor entityID="x"/><mdui:UIInfo>'
    )
    finding = the_finding(text)
    assert (finding.line, finding.column) == expected_place(text, MARK)
