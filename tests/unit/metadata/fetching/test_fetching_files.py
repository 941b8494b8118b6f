"""A file is read again when it is another one, and only whole."""

import os
from pathlib import Path

import pytest

from metadata import fetching
from metadata.errors import FetchFailedError
from metadata.fetching import Fetched, FetchLimits, FetchPolicy, fetch
from metadata.sources import Kind, Validators
from tests.support.fetching import DOCUMENT, got

POLICY = FetchPolicy()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "feed.xml"
    path.write_bytes(DOCUMENT)
    return path


def read(
    path: Path, validators: Validators | None = None, policy: FetchPolicy = POLICY
) -> Fetched | None:
    return fetch(str(path), Kind.FILE, validators=validators, policy=policy)


def marked(path: Path) -> Validators:
    fetched = read(path)
    assert fetched is not None
    return fetched.validators


def test_a_file_is_read_once(file: Path) -> None:
    assert got(read(file)) == DOCUMENT
    assert read(file, marked(file)) is None
    assert got(read(file, Validators(etag="another"))) == DOCUMENT


def test_a_file_that_was_written_to_is_read_again(file: Path) -> None:
    before = marked(file)
    status = file.stat()
    file.write_bytes(DOCUMENT.upper())
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert got(read(file, before)) == DOCUMENT.upper()


def test_a_file_that_became_longer_is_read_again(file: Path) -> None:
    before = marked(file)
    status = file.stat()
    file.write_bytes(DOCUMENT + b" ")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert got(read(file, before)) == DOCUMENT + b" "


def test_a_file_that_was_put_in_place_of_another_is_read_again(
    file: Path, tmp_path: Path
) -> None:
    before = marked(file)
    status = file.stat()
    newer = tmp_path / "newer.xml"
    newer.write_bytes(DOCUMENT.upper())
    os.utime(newer, ns=(status.st_atime_ns, status.st_mtime_ns))
    newer.rename(file)
    assert got(read(file, before)) == DOCUMENT.upper()


def test_a_file_may_be_as_large_as_allowed_and_no_larger(file: Path) -> None:
    fits = FetchPolicy(limits=FetchLimits(max_bytes=len(DOCUMENT)))
    assert got(read(file, policy=fits)) == DOCUMENT
    less = FetchPolicy(limits=FetchLimits(max_bytes=len(DOCUMENT) - 1))
    with pytest.raises(FetchFailedError, match="is larger than 2399 bytes"):
        read(file, policy=less)


def test_a_file_that_is_being_written_is_not_read(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody writes after each look at the file, until there is nobody any more."""

    def look(descriptor: int) -> os.stat_result:
        found = os.fstat(descriptor)
        with file.open("ab") as end:
            end.write(b" ")
        return found

    with monkeypatch.context() as busy:
        busy.setattr(fetching, "fstat", look)
        with pytest.raises(FetchFailedError, match=r"feed.xml is being written"):
            read(file)
    assert got(read(file)).startswith(DOCUMENT)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path, pipe, Path("/dev/zero")):
        with pytest.raises(FetchFailedError, match="is not a file"):
            read(path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none.xml", "none.xml cannot be read: No such file or directory"),
        ("feed.xml/x", "cannot be read: Not a directory"),
        ("\0", "cannot be read: no such name"),
        (300 * "x", "cannot be read: File name too long"),
    ],
)
def test_what_is_not_there_is_told(file: Path, name: str, said: str) -> None:
    with pytest.raises(FetchFailedError, match=said):
        read(file.parent / name)


def test_an_empty_file_is_no_document(file: Path) -> None:
    file.write_bytes(b"")
    with pytest.raises(FetchFailedError, match=r"feed.xml is empty"):
        read(file)
