"""What the house rules look at: every Python file of ours that git knows, parsed."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("apps/", "config/", "benchmarks/", "manage.py")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
NESTING = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


@cache
def tracked() -> tuple[str, ...]:
    """Every file of the project, also those not yet committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return tuple(sorted(name for name in names if (ROOT / name).is_file()))


@dataclass(frozen=True)
class Function:
    """One function and what is counted of it."""

    file: str
    node: ast.FunctionDef | ast.AsyncFunctionDef

    @property
    def length(self) -> int:
        first = min([self.node.lineno, *(each.lineno for each in self.node.decorator_list)])
        return (self.node.end_lineno or first) - first + 1

    @property
    def nesting(self) -> int:
        return deepest(self.node)

    @property
    def annotated(self) -> bool:
        arguments = self.node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        named = [each for each in every if each.arg not in {"self", "cls"}]
        return self.node.returns is not None and all(each.annotation for each in named)

    def __str__(self) -> str:
        return f"{self.file}:{self.node.lineno} {self.node.name}"


def deepest(node: ast.AST, depth: int = 0) -> int:
    """How many blocks lie in one another; an elif is no deeper than its if."""
    most = depth
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
            continue
        chained = isinstance(node, ast.If) and isinstance(child, ast.If) and node.orelse == [child]
        most = max(most, deepest(child, depth + (isinstance(child, NESTING) and not chained)))
    return most


@cache
def modules(prefixes: tuple[str, ...] = OURS) -> dict[str, ast.Module]:
    """Our modules by path, migrations left out."""
    names = [name for name in tracked() if name.endswith(".py") and name.startswith(prefixes)]
    return {name: ast.parse((ROOT / name).read_text()) for name in names if "/migrations/" not in name}


def functions(prefixes: tuple[str, ...] = OURS) -> list[Function]:
    """Every function, those in classes and functions too."""
    return [
        Function(name, node)
        for name, tree in modules(prefixes).items()
        for node in ast.walk(tree)
        if isinstance(node, FUNCTIONS)
    ]
