"""Every body of ours that reaches a pocket vendor in a test, held against the vendor's own description of it."""

from __future__ import annotations

import importlib.util
import json
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from lxml import etree

from apps.sandbox.frame import PocketApp, Request, Response
from apps.sandbox.quickbooks_desktop.app import PocketDesktop
from apps.sandbox.quickbooks_desktop.door import Door

#: The vendors' descriptions are not ours to ship: they lie beside the project.
SPECS = Path(os.environ.get("TIEOUT_SPECS") or Path(__file__).resolve().parents[1].parent / "shared" / "specs")
MISSING = (
    "bodies sent are not held against the vendors' descriptions: they do not lie beside the project (TIEOUT_SPECS)"
)
Complaints = list[str]
#: Whom it was meant for, and what it was.
Seen = list[tuple[PocketApp | type[PocketApp], Request]]
#: What of QuickBooks Desktop comes by no request of ours: a qbXML document, and the answer to it; the path is the edition.
LETTER, ANSWER = "LETTER", "ANSWER"


@cache
def spec(path: str) -> ModuleType:
    """A checking program of the descriptions, as a module."""
    file = SPECS / path
    found = importlib.util.spec_from_file_location(f"specs_{file.parent.name}_{file.stem}", file)
    assert found is not None, file
    assert found.loader is not None, file
    module = importlib.util.module_from_spec(found)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # they leave their files open
        found.loader.exec_module(module)
    return module


def quickbooks_online(request: Request) -> Complaints:
    """Every object written: known fields, types, lengths, and what a new one must have."""
    path = request.path.split("/")
    if request.method != "POST" or path[1:3] != ["v3", "company"] or path[-1] == "query":
        return []
    check, body = spec("qbo/check.py"), json.loads(request.body)
    errors: Complaints = []
    names = {name.lower(): name for name in check.ENT}
    if path[-1] != "batch":
        check.entity(names[path[-1]], body, errors, create="Id" not in body)
        return errors
    for item in body["BatchItemRequest"]:
        check.document({"BatchItemRequest": [item]}, errors)
        for name in set(item) & set(check.ENT):
            check.entity(name, item[name], errors, create=item.get("operation") == "create")
    return errors


#: The schema of what is sent to one document of Xero, where it is not that of its list.
OF_ONE = {"Payments": "PaymentDelete", "BatchPayments": "BatchPaymentDeleteByUrlParam"}


def xero(request: Request) -> Complaints:
    """Every body written: types, lengths, formats, and nothing that only Xero itself may say."""
    path = request.path.strip("/").split("/")
    if request.method not in ("PUT", "POST") or path[:2] != ["api.xro", "2.0"]:
        return []
    names = [name for name in path[2:] if name[:1].isalpha() and name[:1].isupper()]
    schema = names[-1] if path[-1] == names[-1] else OF_ONE.get(names[-1], names[-1])
    return [
        f"{place}: {said}" for place, said in spec("xero/validate.py").check(schema, json.loads(request.body), True)
    ]


@cache
def _qbxml() -> tuple[etree.XMLSchema, ModuleType, Any]:
    """Intuit's schema of qbXML 13.0, and the program and the facts that know lengths, types and editions."""
    check = spec("qbd/validate_qbxml.py")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        facts = check.load()
    return etree.XMLSchema(etree.parse(str(SPECS / "qbd" / "xsd" / "qbxmlops130.xsd"))), check, facts


def quickbooks_desktop(request: Request) -> Complaints:
    """A document that reached the company file, or its answer: elements, their order, lengths and types."""
    if request.method not in (LETTER, ANSWER):
        return []
    schema, check, facts = _qbxml()
    tree = etree.fromstring(request.body).getroottree()
    errors = [] if schema.validate(tree) else str(schema.error_log).splitlines()
    asked = request.method == LETTER
    return [*errors, *(check.check(tree.getroot(), facts, request.path) if asked else [])]


#: What is checked of the requests to a pocket, by its name.
CHECKS: dict[str, Callable[[Request], Complaints]] = {
    "quickbooks_online": quickbooks_online,
    "quickbooks_desktop": quickbooks_desktop,
    "xero": xero,
}


def complaints(app: PocketApp | type[PocketApp], request: Request) -> Complaints:
    """What is wrong with a request, in the words of the description, and the request itself."""
    found = CHECKS[app.name](request) if app.name in CHECKS else []
    return [f"{request.method} {request.path}: {each}\n{request.body.decode()[:600]}" for each in found]


@contextmanager
def recording(patch: pytest.MonkeyPatch) -> Iterator[Seen]:
    """Everything that any pocket of this process is asked, also what a test clears from its log."""
    seen: Seen = []
    note: Callable[..., None] = PocketApp._note
    work: Callable[..., str] = Door.execute

    def noted(app: PocketApp, request: Request, response: Response, fault: Any) -> None:
        seen.append((app, request))
        note(app, request, response, fault)

    def worked(door: Door, text: str) -> str:
        edition = door.company.edition
        seen.append((PocketDesktop, Request(LETTER, edition, {}, {}, text.encode())))
        answer = work(door, text)
        seen.append((PocketDesktop, Request(ANSWER, edition, {}, {}, answer.encode())))
        return answer

    patch.setattr(PocketApp, "_note", noted)
    patch.setattr(Door, "execute", worked)
    yield seen


def checkable() -> bool:
    """Whether there is something to hold against."""
    return SPECS.is_dir()
