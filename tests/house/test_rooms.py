"""What the whole repository keeps: layers, migrations, no trace of a machine, settings that are told to people."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT, tracked

# Written in pieces: this file is searched too.
MACHINE = re.compile(
    "|".join(
        [
            r"/(?:work|root|home/\w+)" + r"/[\w.]+",
            r"--(?:extra-)?index" + r"-url",
            r"find-" + "links",
            "files" + r"\.pythonhosted",
            r"pypi\.org/" + "simple",
        ]
    )
)
NOT_AN_ADDRESS = re.compile(r"--no-emit-index-" + "url")
TEXT = {".py", ".toml", ".txt", ".lock", ".in", ".md", ".html", ".css", ".js", ".json", ".yaml", ".yml", ".cfg", ""}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_imports_point_downwards() -> None:
    said = run(str(Path(sys.executable).parent / "lint-imports"), "--no-cache")
    assert said.returncode == 0, said.stdout + said.stderr


def test_no_migration_is_missing() -> None:
    said = run(sys.executable, "manage.py", "makemigrations", "--check", "--dry-run")
    assert said.returncode == 0, said.stdout + said.stderr


def test_the_installation_passes_djangos_checks() -> None:
    said = run(sys.executable, "manage.py", "check", "--fail-level", "WARNING")
    assert said.returncode == 0, said.stderr


def test_no_file_names_a_machine_or_a_package_index() -> None:
    found = [
        f"{name}: {match.group()}"
        for name in tracked()
        if Path(name).suffix in TEXT
        for match in MACHINE.finditer(NOT_AN_ADDRESS.sub("", (ROOT / name).read_text(errors="replace")))
    ]
    assert not found


def test_every_line_of_the_lock_is_pinned_by_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pins = re.findall(r"^[\w.-]+==\S+.*?(?=^\S|\Z)", lock, re.MULTILINE | re.DOTALL)
    assert len(pins) > 50
    assert all("--hash=sha256:" in pin for pin in pins)


@pytest.mark.parametrize(
    "name", ["LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", ".ci/run", "requirements.in"]
)
def test_a_newcomer_finds_what_belongs_in_a_repository(name: str) -> None:
    assert (ROOT / name).is_file()
