"""The examples of the specs: each is executed or refused with a reason, and each answer has the vendor's form."""

import re
from pathlib import Path

import pytest

from apps.sandbox.quickbooks_desktop.app import PocketDesktop

from .desk import Desk, Refused, files

RECOVERY = re.compile(r'(new|old)MessageSetID\s*=\s*"[^"]*"')
EXAMPLES = [*files("examples", "*.rq.xml"), *files("samples", "*.xml")]


def test_there_are_examples(specs: Path) -> None:
    assert len(EXAMPLES) > 70


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_answered_in_the_vendors_form(app: PocketDesktop, path: Path) -> None:
    country = "CA" if ".ca." in path.name else "US"
    answers = Desk(app, country=country, classes=True, inventory=True).text(RECOVERY.sub("", path.read_text()))
    assert {each.get("statusSeverity") for each in answers} <= {"Info", "Warn", "Error"}


@pytest.mark.parametrize("path", [*files("examples", "*.ca.rq.xml")], ids=lambda path: path.stem)
def test_what_is_canadian_is_out_of_form_in_the_states(desk: Desk, path: Path) -> None:
    with pytest.raises(Refused, match="0x80040400"):
        desk.text(path.read_text())
