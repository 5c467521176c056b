"""What QuickBooks Desktop needs two documents for: a sale taken back and paid out is a credit memo and a refund of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from apps.platforms.base import Verb, Write
from apps.platforms.errors import Refused
from apps.platforms.records import Application, CreditMemo, Record, Refund, RefundReceipt, Status

MEMO, MONEY = 0, 1
STANDING = frozenset({Status.ACTIVE, Status.INACTIVE})


def step(whole: Write, there: Mapping[int, Record]) -> Write | None:
    """The next document of `whole`, None when all stand. Raises Refused where only a person can change what stands."""
    if not isinstance(whole.record, RefundReceipt):
        return whole
    standing = {leg: record for leg, record in there.items() if record.status in STANDING}
    if whole.verb in (Verb.VOID, Verb.DELETE):
        return _take_back(whole, standing)
    memo = standing.get(MEMO)
    if memo is None:
        return Write(verb=Verb.CREATE, entity="credit_memo", record=_memo(whole.record), leg=MEMO, last=False)
    _check_same(whole.record, cast("CreditMemo", memo))
    if MONEY in standing:
        return None
    return Write(verb=Verb.CREATE, entity="refund", record=_money(whole.record, memo), leg=MONEY)


def _take_back(whole: Write, standing: Mapping[int, Record]) -> Write | None:
    """The money goes first: a credit memo that is used up cannot be taken away."""
    if not standing:
        return None
    leg = max(standing)
    record = standing[leg]
    return Write(
        verb=whole.verb,
        entity=record.entity,
        record=record,
        external_id=record.external_id,
        revision=record.revision,
        base=record,
        leg=leg,
        last=len(standing) == 1,
    )


def _memo(record: RefundReceipt) -> CreditMemo:
    return CreditMemo(
        number=record.number,
        customer_id=record.customer_id,
        date=record.date,
        lines=record.lines,
        subtotal=record.subtotal,
        tax=record.tax,
        total=record.total,
        tax_key=record.tax_key,
        tax_code_id=record.tax_code_id,
        memo=record.memo,
        currency=record.currency,
        location_id=record.location_id,
    )


def _money(record: RefundReceipt, memo: Record) -> Refund:
    used = Application(document_id=memo.external_id, amount=record.total, document_entity="credit_memo")
    return Refund(
        customer_id=record.customer_id,
        date=record.date,
        amount=record.total,
        method=record.method_id,
        account_id=record.account_id,
        reference=record.reference or record.number,
        applications=(used,),
        memo=record.memo,
        currency=record.currency,
    )


def _check_same(record: RefundReceipt, memo: CreditMemo) -> None:
    """A memo that was paid out cannot be changed from outside, and money is never paid on another amount."""
    if (memo.total, memo.customer_id) != (record.total, record.customer_id):
        raise Refused(
            f"The credit memo in QuickBooks Desktop is over {memo.total}, the refund over {record.total}; "
            "make them agree there, then try again."
        )
