import pytest
from lxml import etree

from metadata.errors import UnreadableXmlError
from metadata.safe_xml import LARGE, METADATA_LIMITS, Limits, parse

SMALL = Limits(
    max_bytes=200, max_depth=3, max_elements=4, max_attributes=2, max_namespaces=2
)


def test_a_document_is_read() -> None:
    root = parse(b"<a><!-- kept --><b c='d'>\xc3\xa5</b></a>")
    assert root.tag == "a"
    assert root.findtext("b") == "å"


@pytest.mark.parametrize(
    ("fits", "too_much"),
    [
        (b"<a>" + b" " * 193 + b"</a>", b"<a>" + b" " * 194 + b"</a>"),
        (b"<a><b><c/></b></a>", b"<a><b><c><d/></c></b></a>"),
        (b"<a><b/><b/><b/></a>", b"<a><b/><b/><b/><b/></a>"),
        (b"<a><b c='' d=''/></a>", b"<a><b c='' d='' e=''/></a>"),
        (
            b"<a xmlns:b='u:1' xmlns:c='u:2'><c xmlns='u:3' xmlns:d='u:4'/></a>",
            b"<a xmlns='u:1' c='>' xmlns:b='u:2' xmlns:e='u:3'/>",
        ),
    ],
    ids=["bytes", "depth", "elements", "attributes", "namespaces"],
)
def test_every_limit_is_kept_exactly(fits: bytes, too_much: bytes) -> None:
    assert parse(fits, limits=SMALL).tag == "a"
    with pytest.raises(UnreadableXmlError):
        parse(too_much, limits=SMALL)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a>",
        b"<a/><b/>",
        b"<a>&nbsp;</a>",
        b"<a x='1' x='2'/>",
        b"<p:a/>",
        b"<a>\x00</a>",
        b"<a>\xff</a>",
        b"<!DOCTYPE a><a/>",
        b"<?xml version='1.0' encoding='latin-1'?><a/>",
        "<a/>".encode("utf-16"),
        b"<?go now?><a/>",
        b"<a><?go now?></a>",
        b"<a/><?go now?>",
    ],
)
def test_what_is_not_plain_xml_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableXmlError):
        parse(data)


def test_a_text_that_only_speaks_of_entities_is_fine() -> None:
    assert parse(b"<a>&lt;!ENTITY&gt;&amp;&#229;</a>").text == "<!ENTITY>&å"


def test_metadata_may_be_large() -> None:
    crowd = b"<a>" + b"<b/>" * 100_000 + b"</a>"
    assert len(parse(crowd, limits=METADATA_LIMITS)) == 100_000
    with pytest.raises(UnreadableXmlError):
        parse(crowd)


def large_document(end: str = "</a>") -> bytes:
    """Write a document of pieces, whose borders fall inside of letters."""
    text = "x\u00e5\u00e4\u00f6\u20ac" * (LARGE // 10)
    return f"<a><b>{text}</b>{end}".encode()


def test_a_large_document_is_read_whole() -> None:
    data = large_document()
    assert len(data) > LARGE
    root = parse(data, limits=METADATA_LIMITS)
    assert etree.tostring(root, encoding="utf-8") == data


@pytest.mark.parametrize("end", ["", "</b>", "</a><a/>", "<?pi?></a>"])
def test_a_large_document_is_checked_as_others_are(end: str) -> None:
    with pytest.raises(UnreadableXmlError):
        parse(large_document(end), limits=METADATA_LIMITS)
