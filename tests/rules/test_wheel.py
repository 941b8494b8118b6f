"""What others install is whole: every page, every static file, every licence."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[2]
PARTS = ("authz", "idp_bridge", "metadata", "templates")
FILES = ("LICENSE", "README.md", "pyproject.toml", "setup.cfg")
NOT_SHIPPED = {"__pycache__"}


def wheel_of_a_copy(folder: Path) -> ZipFile:
    """Build the wheel of a copy, so that nothing is left beside our files."""
    source = folder / "source"
    source.mkdir()
    for part in PARTS:
        ignored = shutil.ignore_patterns(*NOT_SHIPPED)
        shutil.copytree(ROOT / part, source / part, ignore=ignored)
    for name in FILES:
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(source)], check=True)
    (wheel,) = folder.glob("*.whl")
    return ZipFile(wheel)


def test_the_wheel_has_every_file_and_every_licence(tmp_path: Path) -> None:
    with wheel_of_a_copy(tmp_path) as wheel:
        found = set(wheel.namelist())
    ours = {
        str(file.relative_to(ROOT))
        for part in PARTS
        for file in (ROOT / part).rglob("*")
        if file.is_file() and not NOT_SHIPPED & set(file.parts)
    }
    assert ours - found == set()
    assert len([name for name in found if name.endswith("/LICENSE")]) == 4
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in found)
