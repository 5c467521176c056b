"""Mappings as YAML, out and in. Columns and a sample: docs/mappings.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from django.db import transaction

from apps.connections.models import Company
from apps.mappings.lookup import save_mapping
from apps.mappings.models import Mapping, MethodKind, Topic
from apps.mappings.shape import Shape

#: Columns of a row besides the topic it stands under.
COLUMNS = ("key", "kind", "external_id", "account_id", "label")


class BadFile(ValueError):
    """The file cannot be loaded; nothing of it was. `problems` are sentences with line numbers."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def dump(company: Company) -> str:
    """All mappings of a company as YAML: a list of rows under each topic."""
    rows: dict[str, list[dict[str, str]]] = {}
    for mapping in Mapping.objects.filter(company=company).order_by("topic", "key"):
        columns = {name: getattr(mapping, name) for name in COLUMNS}
        rows.setdefault(mapping.topic, []).append(
            {name: value for name, value in columns.items() if value or name == "key"}
        )
    text: str = yaml.safe_dump(rows, allow_unicode=True, sort_keys=False)
    return text


def load(company: Company, text: str) -> list[tuple[str, str]]:
    """Set the mappings of a file, all or none; those it does not name stay. Gives (topic, key) of each.

    Raises BadFile with every problem and its line.
    """
    rows, problems = [], []
    for line, row, problem in _rows(text, Shape.of(company)):
        if problem or row is None:
            problems.append(f"Line {line}: {problem}")
        else:
            rows.append(row)
    if problems:
        raise BadFile(problems)
    with transaction.atomic():
        return [save_mapping(company, row.pop("topic"), row.pop("key"), **row) for row in rows]


def _rows(text: str, shape: Shape) -> Iterator[tuple[int, dict[str, str] | None, str]]:
    """Each row with its line, or what is wrong with it."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        yield line, None, f"This is not YAML: {error.problem}."
        return
    if not isinstance(root, yaml.MappingNode):
        yield 1, None, f"Expected topics ({', '.join(Topic.values)}), each with a list of rows."
        return
    seen: set[tuple[str, str]] = set()
    for topic, rows in root.value:
        yield from _topic(topic, rows, seen, shape)


def _topic(
    topic: yaml.Node, rows: yaml.Node, seen: set[tuple[str, str]], shape: Shape
) -> Iterator[tuple[int, dict[str, str] | None, str]]:
    if topic.value not in Topic.values:
        yield _line(topic), None, f"There is no topic {topic.value!r}. Topics: {', '.join(Topic.values)}."
    elif not isinstance(rows, yaml.SequenceNode):
        yield _line(rows), None, f"Under {topic.value} a list of rows is expected, each beginning with “- key: ...”."
    else:
        for node in rows.value:
            row = _read(node, topic.value)
            problem = row if isinstance(row, str) else _problem(row, seen, shape)
            yield _line(node), None if isinstance(row, str) else row, problem


def _read(node: yaml.Node, topic: str) -> dict[str, str] | str:
    """A row's texts as they stand in the file (ids keep their leading zeros), or what is wrong with it."""
    if not isinstance(node, yaml.MappingNode):
        return "A row has the form “- key: ...” with the columns below one another."
    pairs: list[tuple[Any, Any]] = [(name.value, value) for name, value in node.value]
    unknown = [str(name) for name, _ in pairs if name not in COLUMNS]
    if unknown:
        return f"There is no column {unknown[0]!r}. Columns: {', '.join(COLUMNS)}."
    if not all(isinstance(value, yaml.ScalarNode) for _, value in pairs):
        return "Every column holds one text."
    nothing = "tag:yaml.org,2002:null"
    row = {"key": "", **{name: "" if value.tag == nothing else value.value for name, value in pairs}}
    return {"external_id": "", "kind": "", **row, "topic": topic}


def _problem(row: dict[str, str], seen: set[tuple[str, str]], shape: Shape) -> str:
    """What is wrong with the values of a row, or ""."""
    place = (row["topic"], row["key"])
    if place in seen:
        return f"{row['key'] or '(default)'} is there twice under {row['topic']}."
    seen.add(place)
    if row["topic"] == Topic.PAYMENT_METHOD:
        return _method_problem(row, shape)
    if row["kind"]:
        return "Only payment methods have a kind."
    return "" if row["external_id"] else "external_id is missing."


def _method_problem(row: dict[str, str], shape: Shape) -> str:
    if row["kind"] not in MethodKind.values:
        return f"kind must be one of {', '.join(MethodKind.values)}, not {row['kind']!r}."
    if row["kind"] != MethodKind.MONEY:
        return ""
    if not shape.has_methods:
        return "" if row.get("account_id") else "A method of kind money needs account_id (where it is deposited)."
    if not (row["external_id"] and row.get("account_id")):
        return (
            "A method of kind money needs external_id (the method in the books) and account_id (where it is deposited)."
        )
    return ""


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
