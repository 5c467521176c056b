"""What a side told us is kept, once, and an older word never goes over a newer one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from apps.connections.models import Company
from apps.mirror.models import Application, BooksRecord, SyncroRecord
from apps.mirror.store import mark_gone, save_records
from apps.platforms.base import Side
from apps.platforms.records import Application as Part
from apps.platforms.records import Customer, Invoice, Payment, Status

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 1)


@pytest.fixture
def company() -> Company:
    return Company.objects.create(slug="acme", name="Acme", books_platform="quickbooks_online")


def invoice(**changes: object) -> Invoice:
    base = Invoice(external_id="7", revision="1", number="10", customer_id="3", date=DAY, total=Decimal("5.00"))
    return replace(base, **changes)  # type: ignore[arg-type]


def test_a_record_comes_back_as_it_was_saved(company: Company) -> None:
    save_records(company, Side.BOOKS, [invoice(tax=Decimal("0.40"), memo="a\nb", status=Status.VOIDED)])
    kept = BooksRecord.objects.get().record()
    assert kept == invoice(tax=Decimal("0.40"), memo="a\nb", status=Status.VOIDED)


def test_only_an_edit_changes_the_digest(company: Company) -> None:
    save_records(company, Side.BOOKS, [invoice(balance=Decimal("5.00"))])
    before = BooksRecord.objects.get().digest
    assert save_records(company, Side.BOOKS, [invoice(balance=Decimal(0), payment_ids=("1",))]).changed == 0
    assert save_records(company, Side.BOOKS, [invoice(total=Decimal("6.00"))]).changed == 1
    assert BooksRecord.objects.get().digest != before


def test_an_older_revision_is_left_out(company: Company) -> None:
    save_records(company, Side.BOOKS, [invoice(revision="10", total=Decimal("6.00"))])
    save_records(company, Side.BOOKS, [invoice(revision="9", total=Decimal("5.00"))])
    assert BooksRecord.objects.get().amount == Decimal("6.00")


def test_saving_the_same_again_changes_nothing(company: Company) -> None:
    made = [Customer(external_id=str(number), name=f"Customer {number}") for number in range(1200)]
    assert save_records(company, Side.SYNCRO, made).new == 1200
    again = save_records(company, Side.SYNCRO, made)
    assert (again.new, again.changed, SyncroRecord.objects.count()) == (0, 0, 1200)


def test_a_page_that_names_a_record_twice_keeps_the_last(company: Company) -> None:
    save_records(company, Side.SYNCRO, [Customer(external_id="1", name="Old"), Customer(external_id="1", name="New")])
    assert SyncroRecord.objects.get().label == "New"


def test_what_is_gone_may_come_back(company: Company) -> None:
    save_records(company, Side.BOOKS, [invoice()])
    mark_gone(company, Side.BOOKS, "invoice", ["7"])
    assert not BooksRecord.objects.get().is_live
    save_records(company, Side.BOOKS, [invoice(revision="2")])
    assert BooksRecord.objects.get().is_live


def test_parts_of_a_payment_follow_the_payment(company: Company) -> None:
    parts = (Part(document_id="1", amount=Decimal(2)), Part(document_id="1", amount=Decimal(1)), Part(document_id="2"))
    paid = Payment(external_id="5", revision="1", customer_id="3", date=DAY, amount=Decimal(9), applications=parts)
    save_records(company, Side.BOOKS, [paid])
    assert set(Application.objects.values_list("document_id", "amount")) == {("1", Decimal(3)), ("2", None)}
    save_records(company, Side.BOOKS, [replace(paid, revision="2", applications=())])
    assert not Application.objects.exists()
