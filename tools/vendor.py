"""Fetch the vendored parts of the pages again and verify every byte of them.

``vendor.toml`` names each package, the hash of its tarball and the hash of each file.
Without arguments the files are fetched with npm and written; ``--check`` only compares
what lies in the tree with the recorded hashes and needs no network.
"""

import argparse
import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).parents[1] / "idp_bridge" / "static" / "vendor"


def integrity(data: bytes, algorithm: str) -> str:
    """Write a hash as npm and browsers do: ``sha384-<base64>``."""
    digest = hashlib.new(algorithm, data).digest()
    return f"{algorithm}-{base64.b64encode(digest).decode()}"


def read_packages(folder: Path = VENDOR) -> list[dict[str, Any]]:
    """Read which packages are vendored."""
    packages = tomllib.loads((folder / "vendor.toml").read_text())["package"]
    return list(packages)


def problems(folder: Path = VENDOR) -> Iterator[str]:
    """Name each file that is missing, changed or not recorded."""
    recorded = {Path("vendor.toml")}
    for package in read_packages(folder):
        for file in package["files"]:
            path = Path(package["folder"]) / file["to"]
            recorded.add(path)
            yield from _compare(folder, path, file["integrity"])
    found = {p.relative_to(folder) for p in folder.rglob("*") if p.is_file()}
    yield from (f"{path} is not in vendor.toml" for path in sorted(found - recorded))


def _compare(folder: Path, path: Path, expected: str) -> Iterator[str]:
    if not (folder / path).is_file():
        yield f"{path} is missing"
    elif integrity((folder / path).read_bytes(), "sha384") != expected:
        yield f"{path} does not have its recorded hash"


def fetch(package: dict[str, Any], folder: Path = VENDOR) -> None:
    """Fetch one package from npm, verify it and write the files that we use."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is needed to fetch packages again")
    with tempfile.TemporaryDirectory() as scratch:
        name = f"{package['name']}@{package['version']}"
        subprocess.run(
            [npm, "pack", "--silent", "--pack-destination", scratch, name],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (tarball,) = Path(scratch).glob("*.tgz")
        if integrity(tarball.read_bytes(), "sha512") != package["integrity"]:
            sys.exit(f"the tarball of {name} does not have its recorded hash")
        _unpack(tarball, package, folder)


def _unpack(tarball: Path, package: dict[str, Any], folder: Path) -> None:
    with tarfile.open(tarball) as archive:
        for file in package["files"]:
            if "from" not in file:
                continue
            member = archive.extractfile(f"package/{file['from']}")
            if member is None:
                sys.exit(f"{file['from']} is not in {package['name']}")
            target = folder / package["folder"] / file["to"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(member.read())


def main() -> None:
    """Fetch and verify, or only verify."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, fetch nothing")
    if not parser.parse_args().check:
        for package in read_packages():
            fetch(package)
    found = list(problems())
    if found:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
