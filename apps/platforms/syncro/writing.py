"""Requests that change something in Syncro, and the look after each: a 200 alone proves nothing here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from apps.platforms.base import Draft, Outcome, Verb, Write
from apps.platforms.errors import AlreadyThere, Gone, LockedByPayment, NotCovered, PlatformError, Refused, Unsure
from apps.platforms.exact_json import read_json
from apps.platforms.records import Customer, Invoice, Payment
from apps.platforms.syncro import looking
from apps.platforms.syncro.client import PATHS, Client, Raw, unwrap
from apps.platforms.syncro.errors import refusal, sentence
from apps.platforms.syncro.paying import OTHER, UNIT, Till
from apps.platforms.syncro.translate import READERS, lines
from apps.platforms.syncro.translate.customers import not_as_sent, write_customer
from apps.platforms.syncro.translate.payments import write_payment

Body = dict[str, Any]


def next_step(whole: Write, wanted: Invoice, now: Invoice) -> Write | None:
    """The one request that comes next to bring an invoice to what is wanted; its record is how it stands after that.

    None when it is as wanted. Pure. Raises LockedByPayment, Refused for what Syncro would not take (Invoices; Line items).
    """
    todo = lines.changes(wanted, now)
    if not todo:
        return None
    if any(change.line for change in todo):
        _open_for_lines(wanted, now)
    last = len(todo) == 1
    return replace(whole, record=wanted if last else lines.after(now, todo[0], wanted), base=now, last=last)


def _open_for_lines(wanted: Invoice, now: Invoice) -> None:
    """Syncro changes no line of a paid invoice, and takes back no money that lies on one."""
    paid = now.total - now.balance if now.balance is not None else None
    if now.raw.get("is_paid") or (now.total > 0 and now.balance == 0):
        raise LockedByPayment(f"Invoice {now.number} is paid, and Syncro changes no line of a paid invoice.")
    if paid is not None and paid > wanted.total:
        raise Refused(
            f"{paid:.2f} is paid on invoice {now.number} in Syncro, more than the {wanted.total:.2f} it would come to."
        )


def request(write: Write, unit: str) -> tuple[str, str, Body | None]:
    """Method, path and body of a write. Raises Refused for what cannot be expressed."""
    record, base = write.record, write.base
    if isinstance(record, Payment):
        return "POST", f"/{PATHS['payment']}", write_payment(record, write.marker, unit)
    if isinstance(record, Invoice):
        if not isinstance(base, Invoice) or not base.raw:
            raise Refused("An invoice is changed only after it was read: Syncro overwrites what a change names.")
        return lines.request(lines.changes(record, base)[0], record, base)
    if not isinstance(record, Customer):
        raise Refused(f"Syncro's API cannot write a {record.entity}.")
    if write.verb is Verb.CREATE:
        return "POST", f"/{PATHS['customer']}", write_customer(record, write.marker)
    if not isinstance(base, Customer) or not base.raw or not write.external_id.isdecimal():
        raise Refused("A customer is changed only after it was read: Syncro resets what a change does not name.")
    return "PUT", f"/{PATHS['customer']}/{write.external_id}", write_customer(record, write.marker, base)


def _send_customer(client: Client, till: Till, draft: Draft) -> Outcome:
    """An e-mail address that is taken names its owner; a PUT is compared with its answer (Customers)."""
    body = read_json(draft.body)
    try:
        answer = client.send(draft)
    except AlreadyThere as error:
        raise looking.named(client, error, str(body.get("email") or ""), draft.path.rpartition("/")[2]) from error
    raw = _told(draft, answer)
    if draft.method == "PUT" and (wrong := not_as_sent(body, raw)):
        raise Refused(
            f"Syncro answered that the customer was changed, but {wrong}. Correct it in Syncro, then try again."
        )
    return Outcome(record=READERS["customer"](raw))


def _send_payment(client: Client, till: Till, draft: Draft) -> Outcome:
    """The first one with parts is watched (see paying); the answer has no customer: it is the one we sent (Payments)."""
    body = read_json(draft.body)
    till.before(body)
    try:
        raw = _told(draft, client.send(draft))
        if raw.get("success") is False:
            words = str(raw.get("transaction_response") or "")
            raise Refused(f"Syncro declined the payment: {words}" if words else "Syncro declined the payment.")
    except NotCovered as error:
        till.refused()
        raise error if till.checked else _perhaps_the_unit(error, till.unit) from error
    except Refused:
        till.refused()
        raise
    complaint = till.try_to_conclude()
    return Outcome(record=READERS["payment"]({"customer_id": body.get("customer_id"), **raw}), complaint=complaint)


def _perhaps_the_unit(error: NotCovered, unit: str) -> NotCovered:
    words = f"{error.message} The invoices had enough open a moment before: if that does not explain it, the policy {UNIT} may have to be {OTHER[unit]}."
    return NotCovered(words, code=error.code)


def _send_invoice(client: Client, till: Till, draft: Draft) -> Outcome:
    """What was done shows in the invoice itself, read again; a 200 does not say (Line items)."""
    answer = client.send_loosely(draft)
    raw = _read_back(client, draft)
    if raw is None:
        raise Gone("Syncro no longer has the invoice.")
    body = read_json(draft.body) if draft.body else {}
    if wrong := lines.stands(draft.path, draft.method, body, answer, raw):
        error = refusal(200, f"{draft.method} {draft.path}", answer)
        raise error if isinstance(error, LockedByPayment) else Refused(_unheeded(answer, wrong))
    return Outcome(record=READERS["invoice"](raw))


def _unheeded(answer: object, wrong: str) -> str:
    words = sentence(answer)
    said = f" (it said: {words})" if words and len(words) < 200 else ""
    return f"Syncro answered that it was done{said}, but {wrong}."


def _read_back(client: Client, draft: Draft) -> Raw | None:
    """The invoice after the write; what cannot be read now leaves it unsure, as the write has left us."""
    found = lines.PATH.match(draft.path)
    if found is None:
        raise Unsure(f"Whose invoice {draft.path} is cannot be told.")
    try:
        return client.one("invoice", found.group(1))
    except PlatformError as error:
        raise Unsure(f"It was sent to Syncro, and the invoice could not be read after it: {error.message}") from error


#: How each entity is sent: the raising of PlatformError is the refusal.
SENDERS: Mapping[str, Callable[[Client, Till, Draft], Outcome]] = {
    "customer": _send_customer, "payment": _send_payment, "invoice": _send_invoice,
}  # fmt: skip


def _told(draft: Draft, body: object) -> Raw:
    """What an answer of 200 tells of. Raises Refused where it says no, Unsure where it says nothing."""
    if isinstance(body, Mapping) and body.get("success") is False and "id" not in body:
        raise Refused(sentence(body))
    raw = unwrap(draft.entity, body)
    if not raw or not raw.get("id"):
        raise Unsure("Syncro accepted it without telling what it made.")
    return raw
