"""What one thing of Syncro's is in Xero: every way from what is there to what is wanted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from apps.platforms.base import Verb, Write
from apps.platforms.errors import Refused
from apps.platforms.records import Application, CreditMemo, Payment, Record, Refund, RefundReceipt, Status
from apps.platforms.xero.platform import Xero
from tests.platforms.xero.conftest import BANK, CONTACT, DAY, PAID, A, B, invoice, line, payment


def whole(record: Record, verb: Verb = Verb.CREATE) -> Write:
    return Write(verb=verb, entity=record.entity, record=record, marker=PAID)


def there(key: str, amount: str, *parts: tuple[str, str], **fields: Any) -> Payment:
    """A payment as it stands in Xero."""
    return payment(amount, *parts, external_id=key, revision="1", **fields)


def credit(amount: str, *parts: tuple[str, str], left: str = "") -> Payment:
    return there("overpayment:o", amount, *parts, unapplied=Decimal(left or amount))


def step(record: Record, standing: dict[int, Record], verb: Verb = Verb.UPDATE) -> Write:
    found = Xero.step(whole(record, verb), standing)
    assert found is not None
    return found


def as_money(write: Write) -> Payment:
    assert isinstance(write.record, Payment)
    return write.record


def parts(write: Write) -> dict[str, int]:
    return {one.document_id: int(one.amount or 0) for one in as_money(write).applications}


def amount(write: Write) -> int:
    return int(as_money(write).amount)


@pytest.mark.parametrize(
    "shares", [((A, "100.00"),), ((A, "60.00"), (B, "40.00")), ()], ids=["payment", "batch", "overpayment"]
)
def test_money_that_is_all_of_a_kind_is_one_document(shares: tuple[tuple[str, str], ...]) -> None:
    write = step(payment("100.00", *shares), {}, Verb.CREATE)
    assert (write.leg, write.last, write.verb, as_money(write).amount) == (0, True, Verb.CREATE, Decimal(100))
    assert Xero.step(whole(payment("100.00", *shares)), {0: there("x", "100.00", *shares)}) is None


def test_what_is_left_over_is_a_second_document() -> None:
    wanted = payment("100.00", (A, "60.00"))
    first = step(wanted, {}, Verb.CREATE)
    assert (first.leg, first.last, amount(first), parts(first)) == (0, False, 60, {A: 60})
    second = step(wanted, {0: there("p", "60.00", (A, "60.00"))}, Verb.CREATE)
    assert (second.leg, second.last, amount(second), parts(second)) == (1, True, 40, {})
    assert Xero.step(whole(wanted), {0: there("p", "60.00", (A, "60.00")), 1: credit("40.00")}) is None


def test_a_changed_payment_is_deleted_and_then_made_again() -> None:
    wanted = payment("100.00", (B, "100.00"))
    first = step(wanted, {0: there("p", "100.00", (A, "100.00"))})
    assert (first.verb, first.external_id, first.leg, first.last) == (Verb.DELETE, "p", 0, False)
    second = step(wanted, {})
    assert (second.verb, second.external_id, second.base, second.last, parts(second)) == (
        Verb.CREATE,
        "",
        None,
        True,
        {B: 100},
    )


@pytest.mark.parametrize("fields", [{"date": DAY.replace(day=6)}, {"amount": Decimal(90)}])
def test_another_day_or_amount_makes_it_again(fields: dict[str, Any]) -> None:
    wanted = replace(payment("100.00", (A, "90.00")), **fields)
    first = step(wanted, {0: there("p", "100.00", (A, "100.00"))})
    assert (first.verb, first.last) == (Verb.DELETE, False)


def test_another_reference_leaves_the_payment_alone() -> None:
    wanted = payment("100.00", (A, "100.00"), reference="other", deposit_account_id="x")
    assert Xero.step(whole(wanted, Verb.UPDATE), {0: there("p", "100.00", (A, "100.00"))}) is None


def test_a_batch_is_never_changed() -> None:
    batch = there("batch:b", "100.00", (A, "60.00"), (B, "40.00"))
    with pytest.raises(Refused, match="batch"):
        step(payment("100.00", (A, "100.00")), {0: batch})


def test_credit_used_later_is_allocated() -> None:
    write = step(payment("100.00", (A, "60.00")), {0: credit("100.00")})
    assert (write.verb, write.external_id, write.leg, write.last) == (Verb.UPDATE, "overpayment:o", 0, True)
    assert (parts(write), as_money(write).unapplied) == ({A: 60}, Decimal(40))
    assert write.base == credit("100.00")


def test_more_of_it_used_adds_to_what_is_used() -> None:
    standing: dict[int, Record] = {0: there("p", "60.00", (A, "60.00")), 1: credit("40.00", (B, "10.00"), left="30.00")}
    write = step(payment("100.00", (A, "70.00"), (B, "10.00")), standing)
    assert (write.leg, parts(write)) == (1, {B: 10, A: 10})


def test_an_overpayment_that_is_too_much_or_on_the_wrong_invoice_is_for_a_person() -> None:
    for standing in (credit("40.00"), credit("100.00", (B, "50.00"), left="50.00")):
        with pytest.raises(Refused, match="overpayment"):
            step(payment("100.00", (A, "90.00")), {0: standing})


def test_the_payment_beside_a_right_overpayment_is_made_again_alone() -> None:
    standing: dict[int, Record] = {0: there("p", "60.00", (B, "60.00")), 1: credit("40.00")}
    wanted = payment("100.00", (A, "60.00"))
    first = step(wanted, standing)
    assert (first.verb, first.external_id, first.last) == (Verb.DELETE, "p", False)
    second = step(wanted, {1: credit("40.00")})
    assert (second.verb, second.leg, second.last, amount(second)) == (Verb.CREATE, 0, True, 60)


def test_money_taken_off_every_invoice_becomes_an_overpayment() -> None:
    first = step(payment("100.00"), {0: there("p", "100.00", (A, "100.00"))})
    assert (first.verb, first.last) == (Verb.DELETE, False)
    second = step(payment("100.00"), {})
    assert (as_money(second).applications, second.leg) == ((), 0)


@pytest.mark.parametrize("key", ["p", "batch:b"])
def test_taking_back_deletes_the_document(key: str) -> None:
    standing = there(key, "100.00", (A, "60.00"), (B, "40.00"))
    write = step(standing, {0: standing}, Verb.VOID)
    assert (write.verb, write.external_id, write.last) == (Verb.DELETE, key, True)
    assert Xero.step(whole(standing, Verb.VOID), {}) is None


def test_taking_back_an_overpayment_is_for_a_person_and_touches_nothing_before() -> None:
    with pytest.raises(Refused, match="void the bank transaction"):
        step(payment("100.00"), {0: there("p", "60.00", (A, "60.00")), 1: credit("40.00")}, Verb.VOID)


def test_what_was_deleted_by_others_does_not_stand() -> None:
    dead = there("p", "100.00", (A, "100.00"), status=Status.DELETED)
    assert step(payment("100.00", (A, "100.00")), {0: dead}).verb is Verb.CREATE


@pytest.mark.parametrize(
    "record",
    [
        payment("50.00", (A, "60.00")),
        payment("-50.00"),
        replace(payment("50.00"), applications=(Application(document_id=A),)),
        replace(payment("0.00"), applications=(Application(document_id=A, amount=Decimal(1), document_entity="credit_memo"),)),
    ],
    ids=["too much", "negative", "unknown", "credit"],
)  # fmt: skip
def test_what_is_no_receipt_is_refused(record: Payment) -> None:
    with pytest.raises(Refused):
        step(record, {}, Verb.CREATE)


RECEIPT = RefundReceipt(
    customer_id=CONTACT, date=DAY, total=Decimal(25), lines=(line("25.00"),), account_id=BANK, number="R1"
)
MEMO = CreditMemo(
    customer_id=CONTACT,
    date=DAY,
    total=Decimal(25),
    balance=Decimal(25),
    external_id="c",
    revision="1",
    lines=(line("25.00"),),
)
BACK = Refund(external_id="r", customer_id=CONTACT, date=DAY, amount=Decimal(25))


def test_a_refund_is_a_credit_note_and_its_payment() -> None:
    first = step(RECEIPT, {}, Verb.CREATE)
    assert (first.entity, first.leg, first.last, first.record.entity) == ("credit_memo", 0, False, "credit_memo")
    second = step(RECEIPT, {0: MEMO}, Verb.CREATE)
    assert isinstance(second.record, Refund)
    assert (second.entity, second.leg, second.last, second.record.account_id) == ("refund", 1, True, BANK)
    assert second.record.applications[0].document_id == "c"
    assert Xero.step(whole(RECEIPT), {0: replace(MEMO, balance=Decimal(0)), 1: BACK}) is None


def test_a_note_not_yet_paid_back_can_be_changed() -> None:
    write = step(replace(RECEIPT, total=Decimal(30)), {0: MEMO})
    assert (write.verb, write.external_id, write.last) == (Verb.UPDATE, "c", False)
    with pytest.raises(Refused, match="paid back"):
        step(replace(RECEIPT, total=Decimal(30)), {0: replace(MEMO, balance=Decimal(0)), 1: BACK})


@pytest.mark.parametrize("record", [RECEIPT, MEMO])
def test_a_refund_is_taken_back_money_first(record: Record) -> None:
    first = step(record, {0: MEMO, 1: BACK}, Verb.VOID)
    assert (first.entity, first.verb, first.external_id, first.leg, first.last) == (
        "refund",
        Verb.DELETE,
        "r",
        1,
        False,
    )
    second = step(record, {0: MEMO}, Verb.VOID)
    assert (second.entity, second.verb, second.external_id) == ("credit_memo", Verb.VOID, "c")


def test_everything_else_is_one_document() -> None:
    write = whole(invoice())
    assert Xero.step(write, {}) is write


def act(write: Write, standing: dict[int, Record]) -> None:
    """Do what a step says, as Xero would."""
    if write.verb is Verb.DELETE:
        assert not as_money(write).external_id.startswith("overpayment:"), "an overpayment was deleted"
        del standing[write.leg]
    elif write.verb is Verb.UPDATE:
        assert write.external_id.startswith("overpayment:"), "a payment was changed"
        standing[write.leg] = write.record
    else:
        assert write.leg not in standing, "a document was made over another"
        kind = "overpayment:" if not as_money(write).applications else "batch:" if len(parts(write)) > 1 else ""
        standing[write.leg] = replace(write.record, external_id=f"{kind}{write.leg}")


def receipt(chance: Random) -> Payment:
    """Money over up to three invoices, some of it perhaps left over."""
    shares = [(name, str(chance.randint(1, 5))) for name in chance.sample([A, B, "C"], chance.randint(0, 3))]
    whole_amount = sum(int(share) for _, share in shares) + chance.choice([0, 0, 3]) or 4
    return payment(str(whole_amount), *shares)


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_wanted_is_reached_or_refused_and_no_cent_is_lost(seed: int) -> None:
    print(f"seed {seed}")
    chance = Random(seed)
    standing: dict[int, Record] = {}
    for wanted in [receipt(chance) for _ in range(4)]:
        before = dict(standing)
        try:
            for _ in range(6):
                write = Xero.step(whole(wanted, Verb.UPDATE), standing)
                if write is None:
                    break
                act(write, standing)
                assert write.last is (Xero.step(whole(wanted, Verb.UPDATE), standing) is None)
        except Refused:
            assert standing == before, "it was refused half-way"
            continue
        legs = [leg for leg in standing.values() if isinstance(leg, Payment)]
        assert sum(leg.amount for leg in legs) == wanted.amount
        found = Counter[str]()
        for leg in legs:
            found.update({one.document_id: int(one.amount or 0) for one in leg.applications})
        assert found == Counter({one.document_id: int(one.amount or 0) for one in wanted.applications})
