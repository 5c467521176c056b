"""The code stays easy to read: lengths, nesting, annotations and sentences, by number."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.house.source import ROOT, functions, modules

TESTS = ("tests/",)
# Of the house's own tool where it lies beside the project; the tests below keep the essential ones everywhere.
TOOL = ROOT.parent / "shared" / "tools" / "style_stats.py"
MOST = ["fn50=10", "fn90=30", "fnmax=60", "file90=300", "filemax=500", "nest90=2", "broad=2"]
LEAST = ["typed%=95", "moddoc%=100", "clsdoc%=80"]


def at(share: float, values: Sequence[int]) -> int:
    """The value that this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def lines(name: str) -> int:
    return len((ROOT / name).read_text().splitlines())


def test_functions_are_short() -> None:
    lengths = [each.length for each in functions()]
    assert not [str(each) for each in functions() if each.length > 60]
    assert (at(0.5, lengths) <= 10, at(0.9, lengths) <= 30) == (True, True), (at(0.5, lengths), at(0.9, lengths))


def test_files_are_of_one_sitting() -> None:
    assert not [name for name in modules() if lines(name) > 500]
    assert at(0.9, [lines(name) for name in modules()]) <= 300


def test_blocks_are_not_nested_deeply() -> None:
    assert not [str(each) for each in functions() if each.nesting > 4]
    assert at(0.9, [each.nesting for each in functions()]) <= 2


def test_every_function_is_annotated() -> None:
    assert not [str(each) for each in functions((*TESTS, "apps/", "config/")) if not each.annotated]


def test_every_module_and_class_says_what_it_promises() -> None:
    missing = [
        f"{name} {getattr(node, 'name', '')}"
        for name, tree in modules((*TESTS, "apps/", "config/", "manage.py")).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef) and not ast.get_docstring(node)
        if getattr(node, "name", "") not in {"Meta", "Media"} and not (name.startswith("tests/") and node is not tree)
    ]
    assert not missing


def test_at_most_two_handlers_catch_everything() -> None:
    broad = [
        f"{name}:{node.lineno}"
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and catches_everything(node.type)
    ]
    assert len(broad) <= 2, broad


def catches_everything(kind: ast.expr | None) -> bool:
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(each is None or getattr(each, "id", "") in {"Exception", "BaseException"} for each in kinds)


def test_tests_are_short_stories() -> None:
    lengths = [each.length for each in functions(TESTS) if each.node.name.startswith("test_")]
    assert (at(0.5, lengths) <= 12, at(0.9, lengths) <= 25) == (True, True), (at(0.5, lengths), at(0.9, lengths))


def test_the_houses_own_tool_agrees() -> None:
    if not Path(TOOL).is_file():
        print("style_stats.py does not lie beside the project: the figures above were checked by this file alone")
        return
    command = [
        sys.executable,
        str(TOOL),
        *(f"--most={each}" for each in MOST),
        *(f"--least={each}" for each in LEAST),
        ".",
    ]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
