"""A Syncro invoice as the books should hold it; a negative one as a refund."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from apps.core.clock import db_now
from apps.core.money import cents
from apps.mappings.lookup import AUTOMATIC
from apps.mappings.models import MethodKind
from apps.mirror.models import Link
from apps.platforms.base import Side, Write
from apps.platforms.records import CreditMemo, Invoice, Line, LineKind, RefundReceipt
from apps.sync.compose.desk import Desk, Held, NotLinkedYet, taking_back, write_for

ZERO = Decimal(0)
DEPOSIT = "deposit"


def compose_invoice(desk: Desk, link: Link) -> Write:
    """The invoice with its lines, the tax as Syncro computed it, and our mark; or its void when Syncro deleted it."""
    back = taking_back(link, desk.policies)
    if back is not None:
        return back
    if link.syncro is None:
        raise Held("bad_input", "The invoice is no longer in Syncro.")
    ours = cast("Invoice", link.syncro.record())
    desk.check_currency(ours.currency)
    desk.check_period(ours.date, link.books.date if link.books else None)
    if ours.total < 0:
        return _refund(desk, link, ours)
    if not ours.lines:
        raise Held("bad_input", f"Invoice {ours.number} has no lines yet; it goes on by itself once it has some.")
    _check_sum(ours)
    wanted = Invoice(
        number=ours.number, customer_id=desk.customer(Side.SYNCRO, ours.customer_id), date=ours.date, due_date=ours.due_date,
        lines=tuple(_line(desk, line) for line in ours.lines), subtotal=ours.subtotal, tax=ours.tax, total=ours.total,
        tax_code_id=_tax_code(desk, ours), memo=ours.memo, po_number=ours.po_number,
    )  # fmt: skip
    return write_for(link, wanted, overwrite=desk.policies.get("invoice_edits_in_books") == "overwrite")


def _check_sum(ours: Invoice) -> None:
    """The parts must make the whole, or what Syncro told is not what it charged."""
    lines = sum((line.amount for line in ours.lines), ZERO)
    if cents(lines + ours.tax) != cents(ours.total):
        raise Held(
            "bad_input",
            f"The lines of invoice {ours.number} add up to {cents(lines)} and its tax is {cents(ours.tax)}, but its total is {cents(ours.total)}.",
        )


def _tax_code(desk: Desk, ours: Invoice) -> str:
    """The tax code of the books for a taxed invoice; "" where the books choose it, or nothing is taxed."""
    if not ours.tax:
        return ""
    code = desk.chosen.tax(ours.tax_key).external_id
    return "" if code == AUTOMATIC else code


def _line(desk: Desk, line: Line, sign: int = 1) -> Line:
    if line.kind is LineKind.TEXT:
        return replace(line, line_id="", net=None, tax_key="", tax_note="")
    posted = _posted_by_account if desk.books.lines_name_accounts else _posted_by_item
    return replace(
        line, line_id="", amount=cents(line.amount) * sign, quantity=line.quantity * sign,
        description=line.description or line.name, net=None, tax_key=desk.line_rates.get(line.line_id, ""), tax_note="",
        **posted(desk, line),
    )  # fmt: skip


def _posted_by_item(desk: Desk, line: Line) -> dict[str, Any]:
    """The item of the books decides where a line posts."""
    if line.category.casefold() == DEPOSIT:
        return {"item_id": desk.chosen.deposit_item().external_id}
    return {"item_id": (desk.item(line.item_id) if line.item_id else "") or desk.chosen.item().external_id}


def _posted_by_account(desk: Desk, line: Line) -> dict[str, Any]:
    """The line itself says where it posts; it names an item where it sells a product."""
    if line.category.casefold() == DEPOSIT:
        return {"item_id": "", "account_id": desk.chosen.deposit_item().external_id}
    item = desk.item(line.item_id) if line.item_id else ""
    return {
        "item_id": item, "item_code": desk.item_code(line.item_id) if item else "",
        "account_id": desk.chosen.income_account(line.category),
    }  # fmt: skip


def _refund(desk: Desk, link: Link, ours: Invoice) -> Write:
    """A refund receipt where the repayment is there and equal; without one, after a wait, a credit memo (recipes.md 3)."""
    partner = desk.partners.get(link.pk)
    repaid = partner.syncro.amount if partner and partner.syncro else None
    common: dict[str, Any] = {
        "number": ours.number, "customer_id": desk.customer(Side.SYNCRO, ours.customer_id), "date": ours.date,
        "lines": tuple(_line(desk, line, -1) for line in ours.lines), "subtotal": -ours.subtotal, "tax": -ours.tax, "total": -ours.total,
        "tax_code_id": _tax_code(desk, ours), "memo": ours.memo,
    }  # fmt: skip
    if partner is not None and partner.syncro is not None and repaid == ours.total:
        method = desk.chosen.method(partner.syncro.content.get("method", ""))
        if method.kind == MethodKind.MONEY:
            reference = partner.syncro.content.get("reference", "")
            return write_for(
                link,
                RefundReceipt(
                    **common, method_id=method.external_id, account_id=method.account_id, reference=reference
                ),
            )
        if method.kind != MethodKind.STORE_CREDIT:
            raise Held("refused", f"The refund was paid by {method.key}, which is not mapped as money or store credit.")
    elif repaid is not None:
        raise Held("refund_review", f"Refund invoice {ours.number} is {ours.total}, but {repaid} was paid back.")
    elif not link.hints.get("approved") and not _waited(desk, link):
        raise NotLinkedYet("It waits for the repayment of this refund.")
    return write_for(link, CreditMemo(**common))


def _waited(desk: Desk, link: Link) -> bool:
    return db_now() - link.created_at >= desk.policies.duration("refund_wait")
