"""Deletions: believed after a 404 on the record itself, whatever a list says or does not say."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest

from apps.platforms.errors import PlatformError
from tests.platforms.syncro.reader import Reader

EMPTY = {"invoices": [], "meta": {"total_pages": 1, "page": 1}}
LINE = {"item": "Work", "name": "Work done", "quantity": "1", "price": "10.00", "taxable": False}


@pytest.fixture
def loaded(reader: Reader) -> tuple[Reader, list[str]]:
    """Thirty invoices that were read."""
    acme = str(reader.syncro.customer(business_name="Acme Ltd"))
    keys = [str(reader.syncro.invoice(customer_id=acme, date="2026-04-01", lines=[LINE])) for _ in range(30)]
    reader.reads()
    return reader, keys


def test_a_deleted_invoice_is_seen_by_the_next_sweep_alone(loaded: tuple[Reader, list[str]]) -> None:
    reader, keys = loaded
    reader.syncro.delete_invoice(id=keys[3])
    reader.reads()
    assert keys[3] in reader.ids("invoice")
    reader.reads(full=True)
    assert reader.ids("invoice") == set(keys) - {keys[3]}


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500, "path": "/invoices"},
        {"kind": "drop", "path": "/invoices"},
        {"kind": "status", "status": 401, "path": "/invoices", "body": {"error": "Not authorized."}},
        {"kind": "status", "status": 200, "path": "/invoices$", "body": EMPTY},
        {"kind": "status", "status": 200, "path": "/invoices$", "body": {"invoices": [], "meta": {"total_pages": 3, "page": 1}}},
    ],
)  # fmt: skip
def test_what_could_not_be_asked_is_not_deleted(loaded: tuple[Reader, list[str]], fault: Mapping[str, Any]) -> None:
    reader, keys = loaded
    reader.syncro.fault(times=99, **fault)
    with suppress(PlatformError):
        reader.reads(full=True)
    assert reader.ids("invoice") == set(keys)


def test_a_list_that_repeats_a_page_deletes_nothing(loaded: tuple[Reader, list[str]]) -> None:
    reader, keys = loaded
    rows = reader.syncro.state("invoices")[:25]
    page = {"invoices": [{"id": row["id"], "date": row["date"]} for row in rows], "meta": {"total_pages": 2}}
    reader.syncro.fault(kind="status", status=200, path="/invoices$", body=page, times=99)
    with pytest.raises(PlatformError, match="circles"):
        reader.reads(full=True)
    assert reader.ids("invoice") == set(keys)
