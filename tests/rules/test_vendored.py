"""What comes from other projects is byte for byte what was fetched, with a licence."""

import shutil
from pathlib import Path

from idp_bridge import assets
from tools import vendor


def test_every_vendored_file_has_its_recorded_hash() -> None:
    assert list(vendor.problems()) == []


def test_a_changed_a_missing_and_an_unknown_file_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "vendor"
    shutil.copytree(vendor.VENDOR, folder)
    first, second = list(folder.rglob("*.css"))[:2]
    first.write_text(first.read_text() + " ")
    second.unlink()
    (folder / "new.css").touch()
    found = sorted(problem.split(" ", 1)[1] for problem in vendor.problems(folder))
    assert found == [
        "does not have its recorded hash",
        "is missing",
        "is not in vendor.toml",
    ]


def test_every_vendored_package_brings_its_licence() -> None:
    packages = vendor.read_packages()
    assert len(packages) == 3
    for package in packages:
        assert (vendor.VENDOR / package["folder"] / "LICENSE").stat().st_size > 500


def test_nothing_is_vendored_that_no_page_uses() -> None:
    used = {Path(name) for name in assets.STYLESHEETS}
    found = {p.relative_to(assets.FOLDER) for p in vendor.VENDOR.rglob("*.css")}
    assert found <= used


def test_no_vendored_style_loads_from_elsewhere() -> None:
    for path in vendor.VENDOR.rglob("*.css"):
        source = path.read_text()
        assert "@import" not in source
        assert 'url("http' not in source
        assert "url(http" not in source
