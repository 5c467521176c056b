"""The splits in the mirror: only what hangs together with an open part is read, and what follows is written down."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.connections.models import Company
from apps.mirror.models import Application as Row
from apps.mirror.models import Leg, Link, SyncroRecord
from apps.mirror.store import mark_gone, save_records
from apps.platforms.base import Side
from apps.platforms.records import Application, Invoice, Payment
from apps.sync.allocation import shares, solve
from tests.sync.splits import Till, at

DAY = dt.date(2026, 11, 3)
S = Side.SYNCRO


@dataclass
class Account:
    """A Syncro account as it was read; its verbs say what was read of it."""

    company: Company
    tick: int = 0
    paid: dict[str, list[str]] = field(default_factory=dict)

    def payment(self, key: str, amount: str, *invoices: str, success: bool = True) -> None:
        """A payment on invoices, without its split."""
        self.tick += 1
        parts = tuple(Application(document_id=invoice) for invoice in invoices)
        stamps = {"created_at": at(self.tick).isoformat(), "updated_at": at(self.tick).isoformat()}
        record = Payment(
            external_id=key, customer_id="1", date=DAY, amount=Decimal(amount), applications=parts, success=success, raw=stamps
        )  # fmt: skip
        save_records(self.company, S, [record])
        for invoice in invoices if success else ():
            self.paid.setdefault(invoice, []).append(key)

    def invoice(self, key: str, total: str, balance: str, shows: list[str] | None = None) -> None:
        """An invoice with the payments it has, read after them."""
        payments = self.paid.get(key, []) if shows is None else shows
        raw = {"updated_at": at(0).isoformat(), "payments": [{"id": each} for each in payments]}
        record = Invoice(
            external_id=key, number=key, customer_id="1", date=DAY, total=Decimal(total), balance=Decimal(balance),
            payment_ids=tuple(payments), raw=raw,
        )  # fmt: skip
        save_records(self.company, S, [record])

    def split(self) -> dict[str, str | None]:
        """The parts as the mirror has them."""
        rows = Row.objects.filter(company=self.company).order_by("payment_id", "document_id")
        return {
            f"{row.payment_id} on {row.document_id}": None if row.amount is None else f"{row.amount:.2f}"
            for row in rows
        }


@pytest.fixture
def account(db: None) -> Account:
    """An account of which nothing was read yet."""
    return Account(Company.objects.create(slug="acme", name="Acme", books_platform="quickbooks_online"))


def tangled(account: Account) -> None:
    """Two payments on the same two invoices."""
    for payment in ("a", "b"):
        account.payment(payment, "50.00", "1", "2")
    for invoice in ("1", "2"):
        account.invoice(invoice, "50.00", "0.00")


def test_a_split_that_follows_is_written_down_as_worked_out(account: Account) -> None:
    account.payment("a", "150.00", "1", "2")
    account.payment("b", "30.00", "2")
    account.invoice("1", "100.00", "0.00")
    account.invoice("2", "200.00", "120.00")
    assert solve(account.company) == 3
    assert account.split() == {"a on 1": "100.00", "a on 2": "50.00", "b on 2": "30.00"}
    assert Row.objects.filter(solved=True).count() == 3


def test_a_declined_and_a_deleted_payment_have_settled_nothing(account: Account) -> None:
    account.payment("a", "80.00", "1", success=False)
    account.payment("b", "80.00", "1")
    account.payment("c", "80.00", "1")
    mark_gone(account.company, S, "payment", ["b"])
    account.invoice("1", "80.00", "0.00", shows=["c"])
    assert solve(account.company) == 1
    assert account.split() == {"a on 1": None, "b on 1": None, "c on 1": "80.00"}


def test_an_invoice_read_at_another_time_than_its_payments_says_nothing(account: Account) -> None:
    account.payment("a", "120.00", "1", "2")
    account.invoice("1", "100.00", "0.00", shows=["a", "not yet read"])
    account.invoice("2", "50.00", "0.00")
    assert solve(account.company) == 1
    assert account.split() == {"a on 1": None, "a on 2": "50.00"}
    account.payment("not yet read", "30.00", "1")
    account.invoice("1", "100.00", "0.00")
    assert solve(account.company) == 2
    assert account.split()["a on 1"] == "70.00"


def test_what_we_told_syncro_ourselves_is_known(account: Account) -> None:
    tangled(account)
    row = SyncroRecord.objects.get(entity="payment", external_id="a")
    link = Link.objects.create(
        company=account.company, entity="payment", origin=Side.BOOKS, effective_date=DAY, syncro=row
    )
    wanted = {"applications": [{"document_id": "1", "amount": "20.00"}, {"document_id": "2", "amount": "30.00"}]}
    Leg.objects.create(link=link, side=S, entity="payment", external_id="a", wanted=wanted)
    assert solve(account.company) == 4
    assert account.split() == {"a on 1": "20.00", "a on 2": "30.00", "b on 1": "30.00", "b on 2": "20.00"}


def test_an_open_split_tells_its_arithmetic(account: Account) -> None:
    tangled(account)
    account.payment("c", "20.00", "1")
    account.invoice("1", "50.00", "-10.00")
    assert solve(account.company) == 0
    first, second = shares(account.company, ["a"])["a"]
    assert (first.invoice, first.settled, first.known, first.sharing) == ("1", Decimal(60), Decimal(0), 3)
    assert (first.least, first.most) == (Decimal(0), Decimal(50))
    assert (second.settled, second.sharing, second.least, second.most) == (Decimal(50), 2, Decimal(0), Decimal(50))


def test_payments_read_at_once_are_told_apart_by_their_order_only_while_nothing_was_changed(account: Account) -> None:
    account.payment("a", "60.00", "1")
    account.payment("b", "60.00", "1")
    account.invoice("1", "100.00", "0.00")
    row = SyncroRecord.objects.get(entity="payment", external_id="a")
    SyncroRecord.objects.filter(pk=row.pk).update(raw={**row.raw, "updated_at": at(9).isoformat()})
    assert (solve(account.company), account.split()) == (0, {"a on 1": None, "b on 1": None})
    SyncroRecord.objects.filter(pk=row.pk).update(raw=row.raw)
    assert (solve(account.company), account.split()) == (2, {"a on 1": "60.00", "b on 1": "40.00"})


def load(company: Company, name: str, shops: int) -> dict[tuple[str, str], Decimal]:
    """So many shops of the generator in one account; gives the answers."""
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    answers: dict[tuple[str, str], Decimal] = {}
    for number in range(shops):
        till = Till(random.Random(seed + number), unit=137, prefix=f"{name}{number}-")
        for _ in range(12):
            till.goes_on()
        till.is_read()
        save_records(company, S, [*till.invoices(), *till.payments()])
        answers |= till.sheet().solved()
    return answers


def test_the_mirror_gives_what_the_figures_give_with_as_many_queries_for_many_shops_as_for_few(
    account: Account,
) -> None:
    few = load(account.company, "few", 5)
    with CaptureQueriesContext(
        connection,
    ) as before:
        assert solve(account.company) == len(few)
    many = load(account.company, "many", 60)
    with CaptureQueriesContext(connection) as after:
        assert solve(account.company) == len(many)
    known = Row.objects.filter(company=account.company, amount__isnull=False)
    assert {(row.payment_id, row.document_id): row.amount for row in known} == few | many
    assert len(after) <= len(before)


def test_where_no_part_is_open_one_query_says_so(account: Account) -> None:
    account.payment("a", "80.00", "1")
    account.invoice("1", "80.00", "0.00")
    solve(account.company)
    with CaptureQueriesContext(connection) as queries:
        assert solve(account.company) == 0
    assert len(queries) == 1
