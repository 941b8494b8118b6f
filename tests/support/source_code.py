"""Which files are ours, and what is in them? For tests that read the code."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("authz", "idp_bridge", "metadata", "templates")


@cache
def our_files() -> tuple[Path, ...]:
    """List what belongs to the project: everything that Git does not ignore."""
    listing = subprocess.run(
        [
            "git",
            "-c",
            "safe.directory=*",
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "-z",
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = sorted(ROOT / name for name in listing.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def python_files(*folders: str) -> list[Path]:
    """List the Python files in some folders of the project, or in all of it."""
    inside = [ROOT / folder for folder in folders or ("",)]
    return [
        path
        for path in our_files()
        if path.suffix == ".py" and any(path.is_relative_to(one) for one in inside)
    ]


def name_of(path: Path) -> str:
    """Write a path as people write it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """Parse a Python file."""
    return ast.parse(path.read_text(), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Go through all functions and methods of a file."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef):
            yield node


def spoken_strings(path: Path) -> Iterator[ast.Constant]:
    """Go through the string literals of a file that are not documentation."""
    documentation = {
        id(node.value)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Constant) or id(node) in documentation:
            continue
        if isinstance(node.value, str):
            yield node
