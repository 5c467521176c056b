"""Payments: Syncro's as the books should hold them, and the books' as Syncro should."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import cast

from apps.mappings.models import MethodKind
from apps.mirror.models import Application as Part
from apps.mirror.models import Link
from apps.mirror.states import SyncState
from apps.platforms.base import Side, Write
from apps.platforms.records import Application, Payment
from apps.sync.compose.desk import Desk, Held, NotLinkedYet, StandsAside, taking_back, write_for

ZERO = Decimal(0)

#: What a payment method that is not money means for a payment.
NOT_MONEY: dict[str, str] = {
    MethodKind.OUTSIDE: "Its method is mapped as money the books get another way.",
    MethodKind.IGNORE: "Its method is mapped to be ignored.",
}


def compose_payment(desk: Desk, link: Link) -> Write:
    """One payment with a part per invoice, never more than the invoice has open; the rest stays unapplied."""
    back = taking_back(link, desk.policies)
    if back is not None:
        return back
    if link.syncro is None:
        raise Held("bad_input", "The payment is no longer in Syncro.")
    ours = cast("Payment", link.syncro.record())
    desk.check_currency(ours.currency)
    desk.check_period(ours.date, link.books.date if link.books else None)
    method = desk.chosen.method(ours.method)
    if method.kind in NOT_MONEY:
        raise StandsAside("not_money", NOT_MONEY[method.kind])
    if method.kind != MethodKind.MONEY:
        raise Held(
            "refused",
            f"A payment by {ours.method} ({method.get_kind_display()}) is not money; book it by hand for now.",
        )
    parts = desk.parts.get((Side.SYNCRO, ours.external_id), [])
    unknown = [part for part in parts if part.amount is None]
    if unknown:
        raise Held(
            "allocation_unknown",
            f"Syncro does not tell how the payment of {ours.amount} is split over {len(parts)} invoices.",
        )
    wanted = Payment(
        customer_id=desk.customer(Side.SYNCRO, ours.customer_id), date=ours.date, amount=ours.amount, method=method.external_id,
        reference=ours.reference, deposit_account_id=method.account_id, applications=_applied(desk, link, parts), memo=ours.memo,
    )  # fmt: skip
    return write_for(link, wanted)


def _applied(desk: Desk, link: Link, parts: list[Part]) -> tuple[Application, ...]:
    applied = []
    mine = _already(desk, link)
    for part in parts:
        invoice = desk.invoice_link(Side.SYNCRO, part.document_id)
        if invoice is None or (invoice.state == SyncState.IGNORED and invoice.books_id is None):
            continue  # on an invoice from before the start date: it goes to the customer, unapplied
        document = desk.invoice(Side.SYNCRO, part.document_id)
        room = desk.open_in_books.get(document, part.amount or ZERO) + mine.get(document, ZERO)
        amount = min(part.amount or ZERO, room)
        if amount > 0:
            applied.append(Application(document_id=document, amount=amount))
            desk.open_in_books[document] = desk.open_in_books.get(document, room) - amount
    return tuple(applied)


def _already(desk: Desk, link: Link) -> dict[str, Decimal]:
    """What this very payment has applied in the books already: an update may use it again."""
    mine: dict[str, Decimal] = defaultdict(Decimal)
    for row in (link.books, *desk.further.get(link.pk, {}).values()):
        for part in row.content.get("applications", []) if row is not None and row.is_live else ():
            mine[part["document_id"]] += Decimal(part["amount"] or 0)
    return mine


def compose_payment_in(desk: Desk, link: Link) -> Write:
    """A payment taken in the books as Syncro should hold it: one payment, a part per invoice."""
    if link.books is None or not link.books.is_live:
        raise StandsAside("gone_before_sent")
    if link.syncro is not None:
        raise Held("payment_edited", "Syncro's payments cannot be changed over its interface.")
    theirs = cast("Payment", link.books.record())
    desk.check_currency(theirs.currency)
    parts = desk.parts.get((Side.BOOKS, theirs.external_id), [])
    applications = tuple(_part_in(desk, part) for part in parts if part.amount)
    applied = sum((part.amount or ZERO for part in applications), ZERO)
    credit = theirs.amount - applied
    keep_rest = desk.policies.get("unapplied_in") == "credit" or bool(link.hints.get("approved"))
    if not applications and not keep_rest:
        raise Held("unapplied_review", f"The payment of {theirs.amount} is not applied to any invoice.")
    wanted = Payment(
        customer_id=_payer(desk, theirs, parts), date=theirs.date, amount=theirs.amount if keep_rest else theirs.amount - credit,
        method=desk.chosen.syncro_method(theirs.method), reference=theirs.reference, applications=applications,
    )  # fmt: skip
    return write_for(link, wanted)


def _part_in(desk: Desk, part: Part) -> Application:
    if part.document_entity != "invoice":
        raise Held("unknown_invoice", "A part of the payment is on a document that Syncro does not have.")
    link = desk.invoice_link(Side.BOOKS, part.document_id)
    if link is None:
        raise Held("unknown_invoice", "A part of the payment is on an invoice that Syncro does not have.")
    if link.state in (SyncState.PUSHING, SyncState.IN_DOUBT):
        raise NotLinkedYet(f"Invoice {link.syncro or link.books} is being sent.")
    return Application(document_id=desk.invoice(Side.BOOKS, part.document_id), amount=part.amount)


def _payer(desk: Desk, theirs: Payment, parts: list[Part]) -> str:
    """Syncro's customer of the invoices; a payment over several customers' invoices is for a person."""
    payers = {
        link.syncro.party
        for part in parts
        if (link := desk.invoice_link(Side.BOOKS, part.document_id)) is not None and link.syncro is not None
    }
    if len(payers) > 1:
        raise Held("refused", "The payment is on invoices of several Syncro customers.")
    return payers.pop() if payers else desk.customer(Side.BOOKS, theirs.customer_id)
