"""Every body we send, held against the vendor's own schema where it lies beside the repository."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from apps.platforms.base import Verb, Write
from apps.platforms.exact_json import write_json
from apps.platforms.quickbooks_online.client import Client
from apps.platforms.quickbooks_online.platform import QuickBooksOnline
from apps.platforms.quickbooks_online.translate import KINDS, body_of
from apps.platforms.records import (
    Address,
    Application,
    CreditMemo,
    Invoice,
    ItemKind,
    Line,
    LineKind,
    Payment,
    Record,
    RefundReceipt,
    Status,
)
from tests.platforms.conftest import Bench
from tests.platforms.quickbooks_online.conftest import DAY, FACTS, MARKER, change, creation, customer, item, key

PLACES = [parent / "shared" / "specs" / "qbo" / "check.py" for parent in Path(__file__).resolve().parents]
DOCUMENT = "Id SyncToken sparse CustomerRef TxnDate Line DocNumber PrivateNote "
SALE = DOCUMENT + "TxnTaxDetail DepartmentRef DueDate "
PAID = "PaymentRefNum PaymentMethodRef DepositToAccountRef "
#: What a body may hold on its top level where the schema is not at hand.
SHAPES = {
    "Customer": "Id SyncToken sparse DisplayName CompanyName GivenName FamilyName PrimaryEmailAddr PrimaryPhone Mobile "
    "BillAddr Notes Taxable Job ParentRef CurrencyRef Active",
    "Item": "Id SyncToken sparse Name Sku Description UnitPrice PurchaseCost Taxable IncomeAccountRef Type Active",
    "Invoice": SALE,
    "CreditMemo": SALE,
    "RefundReceipt": SALE + PAID,
    "Payment": DOCUMENT + PAID + "TotalAmt",
}
LINE = Line(item_id="7", quantity=Decimal(3), price=Decimal("33.333333"), amount=Decimal(100), class_id="2")
LINES = (
    replace(LINE, description="Work"),
    Line(kind=LineKind.DISCOUNT, amount=Decimal(-5)),
    Line(kind=LineKind.TEXT, description="Thanks"),
)
SALES: dict[str, Any] = {
    "customer_id": "58",
    "date": DAY,
    "lines": LINES,
    "tax": Decimal("8.25"),
    "number": "1" * 30,
    "memo": "m" * 5000,
    "location_id": "3",
}
PLACE = Address(line1="1" * 600, line2="2", city="c" * 300, state="CA", postal_code="9" * 40, country="USA")
#: A record of each kind, every field filled and too long.
FULL: tuple[Record, ...] = (
    customer(
        "A" * 200,
        email="a@b.de",
        phone="1" * 50,
        mobile="2",
        address=PLACE,
        notes="n" * 3000,
        parent_id="4",
        company_name="C",
    ),
    item("I" * 200, sku="s" * 200, kind=ItemKind.NON_INVENTORY, price=Decimal(1), income_account_id="1"),
    Invoice(**SALES, due_date=DAY),
    CreditMemo(**SALES),
    RefundReceipt(**SALES, account_id="35", method_id="2", reference="r" * 200),
    Payment(
        customer_id="58",
        date=DAY,
        amount=Decimal(5),
        reference="r" * 90,
        method="2",
        deposit_account_id="4",
        applications=(
            Application(document_id="1", amount=Decimal(5)),
            Application(document_id="2", amount=Decimal(5), document_entity="credit_memo"),
        ),
    ),
)


def everything() -> list[Write]:
    """A write of each kind."""
    held: list[Any] = [replace(record, external_id="9", revision="3") for record in FULL]
    changes = [change(held[0], status=Status.INACTIVE), change(held[1], price=Decimal(2))]
    for verb in (Verb.UPDATE, Verb.VOID, Verb.DELETE):
        changes += [change(held[2], verb), change(held[5], verb)]
    return [*(creation(record, MARKER) for record in FULL), *changes]


def findings(bodies: dict[str, bytes], folder: Path) -> str:
    """What the vendor's schema has against some bodies by file name, else what our own small one has."""
    found = next((place for place in PLACES if place.is_file()), None)
    if found is None:
        print("No schema of the vendor beside the repository: only names of properties are checked.")
        return " ".join(filter(None, (unknown_names(json.loads(body)) for body in bodies.values())))
    for name, body in bodies.items():
        (folder / name).write_bytes(body)
    paths = [str(folder / name) for name in bodies]
    checked = subprocess.run([sys.executable, str(found), *paths], capture_output=True, text=True, check=False)
    return "" if checked.returncode == 0 else checked.stdout


def unknown_names(document: dict[str, Any]) -> str:
    """Properties we do not know, of one body or of the bodies of a batch."""
    parts = document.get("BatchItemRequest", [document])
    bodies = [(kind, part[kind]) for part in parts for kind in part if kind in SHAPES]
    return " ".join(f"{kind}.{name}" for kind, body in bodies for name in set(body) - set(SHAPES[kind].split()))


def test_every_body_is_one_the_vendor_knows(tmp_path: Path) -> None:
    bodies = {}
    for place, write in enumerate(everything()):
        body = {KINDS[write.entity].name: body_of(write, FACTS)}
        assert not unknown_names(body)
        bodies[f"own.{place}.{write.verb}.json"] = write_json(body)
    assert not findings(bodies, tmp_path)


def test_a_batch_of_them_is_too(bench: Bench, tmp_path: Path) -> None:
    client = Client(bench.account("https://books.test"), QuickBooksOnline.limits)
    writes = [write for write in everything() if write.verb is not Verb.VOID]
    draft = client.batch([(KINDS[write.entity].name, write.verb, body_of(write, FACTS)) for write in writes], key())
    assert not findings({"own.batch.json": draft.body}, tmp_path)
