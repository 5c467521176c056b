"""Mappings as files: what is dumped can be loaded, and what is wrong is told with its line."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.connections.models import Company
from apps.mappings.files import COLUMNS, BadFile, dump, load
from apps.mappings.models import Mapping, Topic

DOCS = Path("docs/mappings.md")


def sample() -> str:
    """The sample of the documentation."""
    return DOCS.read_text().partition("```yaml\n")[2].partition("```")[0]


def test_the_sample_of_the_documentation_is_loaded_and_dumped_as_it_is(company: Company) -> None:
    load(company, sample())
    before = {(each.topic, each.key): each for each in Mapping.objects.all()}
    text = dump(company)
    Mapping.objects.all().delete()
    assert sorted(load(company, text)) == sorted((str(topic), key) for topic, key in before)
    assert dump(company) == text


def test_the_documentation_names_every_topic_and_column() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", DOCS.read_text(), re.MULTILINE))
    assert named == {*Topic.values, *COLUMNS}


def test_ids_stay_as_they_are_written(company: Company) -> None:
    load(company, "item:\n- key:\n  external_id: 007\n")
    assert Mapping.objects.get().external_id == "007"


def test_what_the_file_does_not_name_stays(company: Company) -> None:
    load(company, "item:\n- external_id: 1\n")
    load(company, "deposit_item:\n- external_id: 2\n")
    assert Mapping.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("itms:\n- external_id: 1\n", "Line 1: There is no topic 'itms'. Topics: payment_method,"),
        ("item:\n- external_id: 1\n- external_id: 2\n", "Line 3: (default) is there twice under item."),
        ("item:\n- exernal_id: 1\n", "Line 2: There is no column 'exernal_id'."),
        ("item:\n- key: x\n", "Line 2: external_id is missing."),
        ("tax:\n- key: x\n  kind: money\n  external_id: 1\n", "Line 2: Only payment methods have a kind."),
        ("payment_method:\n- key: x\n  kind: cash\n", "Line 2: kind must be one of money,"),
        ("payment_method:\n- key: x\n  kind: money\n  external_id: 1\n", "Line 2: A method of kind money needs"),
        ("item:\n- key: [1]\n", "Line 2: Every column holds one text."),
        ("item: 1\n", "Line 1: Under item a list of rows is expected"),
        ("- 1\n", "Line 1: Expected topics"),
        ("", "Line 1: Expected topics"),
        ("item: [\n", "Line 2: This is not YAML"),
        ("item:\n- !!python/object:os.system x\n", "Line 2: A row has the form"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(company: Company, text: str, words: str) -> None:
    with pytest.raises(BadFile) as told:
        load(company, text)
    assert words in str(told.value)


def test_every_problem_is_told_and_nothing_is_set(company: Company) -> None:
    with pytest.raises(BadFile) as told:
        load(company, "item:\n- external_id: 1\ntax:\n- key: a\n- key: b\n")
    assert [problem[:7] for problem in told.value.problems] == ["Line 4:", "Line 5:"]
    assert not Mapping.objects.exists()


def test_the_command_loads_lists_and_refuses(company: Company, tmp_path: Path) -> None:
    path, out = tmp_path / "mappings.yaml", StringIO()
    path.write_text(sample())
    call_command("mapping", "acme", "load", str(path), stdout=StringIO())
    call_command("mapping", "acme", "list", "--json", stdout=out)
    assert len(json.loads(out.getvalue())["mappings"]) == Mapping.objects.count()
    path.write_text("nonsense: 1")
    with pytest.raises(CommandError, match="Line 1") as told:
        call_command("mapping", "acme", "load", str(path))
    assert told.value.returncode == 2
