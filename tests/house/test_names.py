"""One word per thing (design of the house, words), and no name that says nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath

from tests.house.source import ROOT, functions, modules, tracked

EMPTY_WORDS = {"utils", "util", "helpers", "helper", "manager", "handler", "misc", "common", "data", "info", "stuff"}
# Where a word is not ours to choose: a framework or a standard calls it so.
FRAMEWORK = {"formfield_for_dbfield", "get_context_data", "changeform_view", "add_data"}
EMPTY_VERBS = re.compile(r"^_?(process|handle|do|perform|manage)_|^sync_|_(helper|util|utils|info|data)$")
EMPTY_NOUNS = re.compile(r"(Helper|Utils?|Manager|Handler|Info|Data)$")
ALLOWED_VERBS = re.compile(
    r"^(do_(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)|process_request|handle_(request|one_request|error)|sync_state.*)$"
)

# A platform is named in its own folder, in the registry, where the outside world is let in or pretended, and in tests.
PLATFORM_KEYS = re.compile(r"\b(quickbooks_online|quickbooks_desktop|xero|syncro)\b")
# Here also by the short names of commands; "syncro" is the name of a side as well, and sides are named everywhere.
PLATFORM_WORDS = re.compile(r"\b(quickbooks_online|quickbooks_desktop|xero|qbo|qbd)\b")
FOLDERS = {"qbo": "quickbooks_online", "qbd": "quickbooks_desktop"}
MAY_NAME_PLATFORMS = (
    "apps/platforms/registry.py", "apps/sandbox/", "apps/portal/management/commands/demo", "apps/portal/demo", "tests/",
    "benchmarks/", "config/settings.py",
)  # fmt: skip
# Syncro is always one of the two sides: a file of the mirror carries its name.
BRANCHES = (ast.Compare, ast.MatchValue)


def test_no_file_has_a_name_that_says_nothing() -> None:
    python = [PurePath(name) for name in tracked() if name.endswith(".py")]
    assert not [str(path) for path in python if {path.stem, *path.parent.parts} & EMPTY_WORDS]


def test_no_function_or_class_has_a_name_that_says_nothing() -> None:
    poor = [str(each) for each in functions() if says_nothing(each.node.name)]
    classes = [node for tree in modules().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    poor += [node.name for node in classes if EMPTY_NOUNS.search(node.name) and not inherits_its_noun(node)]
    assert not poor


def inherits_its_noun(node: ast.ClassDef) -> bool:
    """A subclass of BaseHTTPRequestHandler may be called a handler."""
    return any(EMPTY_NOUNS.search(ast.unparse(base)) for base in node.bases)


def says_nothing(name: str) -> bool:
    allowed = ALLOWED_VERBS.match(name) or name in FRAMEWORK
    return not allowed and (name.strip("_") in EMPTY_WORDS or bool(EMPTY_VERBS.search(name)))


def test_no_code_asks_which_platform_it_has_before_it() -> None:
    asked = [
        f"{name}:{node.lineno} {key}"
        for name, tree in modules().items()
        if not name.startswith(MAY_NAME_PLATFORMS)
        for branch in ast.walk(tree)
        if isinstance(branch, BRANCHES)
        for node in ast.walk(branch)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for key in PLATFORM_KEYS.findall(node.value)
        if f"apps/platforms/{key}/" not in name
    ]
    assert not asked


def test_no_code_names_a_platform_at_all() -> None:
    named = [
        f"{name}:{node.lineno} {word}"
        for name, tree in modules().items()
        if not name.startswith(MAY_NAME_PLATFORMS)
        for node, text in spoken(tree)
        for word in PLATFORM_WORDS.findall(text)
        if f"apps/platforms/{FOLDERS.get(word, word)}/" not in name
    ]
    assert not named


def spoken(tree: ast.Module) -> Iterator[tuple[ast.Constant | ast.keyword, str]]:
    """Every text and every name of an argument in a module; what is only said to readers is left out."""
    said = {id(each.value) for node in ast.walk(tree) for each in first_text(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg:
            yield node, node.arg
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node, node.value


def first_text(node: ast.AST) -> list[ast.Expr]:
    """The docstring of a node, if it has one."""
    body = getattr(node, "body", None)
    return [each for each in body[:1] if isinstance(each, ast.Expr)] if isinstance(body, list) else []


def test_a_platform_is_imported_by_the_registrys_words_only() -> None:
    imported = re.compile(
        r"^\s*(?:from|import) apps\.platforms\.(quickbooks_online|quickbooks_desktop|xero|syncro)\b", re.MULTILINE
    )
    named = {
        name: found
        for name in modules()
        if not name.startswith(("apps/platforms/", "tests/"))
        if (found := imported.findall((ROOT / name).read_text()))
    }
    assert not named
