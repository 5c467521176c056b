"""Writes become requests, and answers become outcomes by position.

With summarizeErrors=false Xero answers 200 even where it made nothing: what failed carries its errors and a zero id.
https://developer.xero.com/documentation/api/accounting/requests-and-responses
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from apps.platforms.base import Draft, Outcome, Verb, Write
from apps.platforms.errors import BadReference, Gone, PlatformError, Refused, TryLater, Unsure
from apps.platforms.records import Facts, Payment, Record, Refund, Status
from apps.platforms.xero.client import Client
from apps.platforms.xero.errors import refusal
from apps.platforms.xero.limits import BATCH as SIZE
from apps.platforms.xero.pulling import Puller, without_balance
from apps.platforms.xero.translate import KINDS, LISTED, SOURCES, body_of, payments
from apps.platforms.xero.translate.values import NO_ID, ZERO, Body, Raw, parts, text

#: Said with every write that takes several documents: an answer for each, and prices with four decimals.
ASKED: Mapping[str, str] = {"summarize_errors": "false"}
FOUR: Mapping[str, Any] = {"unitdp": 4}
#: Lists that an answer may hold.
ROOTS = frozenset(
    {"Allocations", "BankTransactions", "BatchPayments", "Payments", *(each.root for each in KINDS.values())}
)
DELETED: Body = {"Status": "DELETED"}
NOT_SO = "Payments cannot be changed in Xero: they are deleted and made again."
REST = "What is left over of a payment is a document of its own in Xero; the two are written one after the other."
STAYS = (
    "Xero lets no program delete an overpayment or prepayment. In Xero: open it, remove what it is allocated to, then "
    "void the bank transaction it came from, or pay it back."
)


@dataclass(frozen=True, slots=True)
class Call:
    """One way to write: a method of the library, the list its body holds ("" for a body alone), its path, the options.

    `own`: documents that are addressed one by one, by `ids` in the path.
    """

    method: str
    root: str
    ids: tuple[str, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    several: bool = True


Placed = tuple[int, Write, Call, tuple[Body, ...]]


def draft_all(
    client: Client, entity: str, writes: Sequence[Write], facts: Facts, new_key: Callable[[], str]
) -> list[Draft]:
    """The requests of these writes. Raises ValueError when two change one document: their order would be chance."""
    named = [write.external_id for write in writes if write.external_id]
    if len(named) != len(set(named)):
        raise ValueError("two writes of one document in one batch")
    placed = sorted(_placed(writes, facts), key=lambda one: (repr(one[2]), one[0]))
    drafts = []
    for call, group in groupby(placed, key=lambda one: one[2]):
        together = list(group)
        size = SIZE if call.several else 1
        chunks = [together[first : first + size] for first in range(0, len(together), size)]
        drafts += [_draft(client, entity, call, chunk, new_key()) for chunk in chunks]
    return drafts


def read_outcomes(client: Client, puller: Puller, draft: Draft) -> list[Outcome]:
    """Send and read. Raises TryLater, Unsure, NeedsReconnect for the request as a whole; other faults are outcomes."""
    status, answer = client.send(draft)
    if status >= 400:
        return _refused(answer, status, draft)
    root = _root(draft)
    rows = parts(answer, root) if isinstance(answer, Mapping) else []
    if root == "Allocations":
        return [_allocated(client, puller, draft, rows)]
    if len(rows) != len(draft.positions):
        raise Unsure
    outcomes = [_outcome(puller, draft, root, row) for row in rows]
    return [_own(outcome, sent) for outcome, sent in zip(outcomes, _sent(draft, root, len(rows)), strict=True)]


def _sent(draft: Draft, root: str, count: int) -> list[Raw]:
    """What each element of a draft said; nothing where the address names the one document."""
    return parts(json.loads(draft.body), root) or [{}] * count


def _own(outcome: Outcome, sent: Raw) -> Outcome:
    """Where the id that could not be found is the document's own, and not one it names, it is the document that is gone."""
    error = outcome.error
    if isinstance(error, BadReference) and any(
        text(sent, name).lower() in error.message.lower() for name in _IDS if sent.get(name)
    ):
        return Outcome(error=Gone(code=error.code))
    return outcome


def _refused(answer: Any, status: int, draft: Draft) -> list[Outcome]:
    """A refusal of the whole request. Of elements that have no error of their own nobody knows whether they were saved."""
    error = refusal(answer, status)
    if isinstance(error, TryLater | Unsure):
        raise error
    elements = parts(answer, "Elements") if isinstance(answer, Mapping) else []
    if len(draft.positions) > 1 and len(elements) == len(draft.positions):
        return [Outcome(error=_failed(row) or Unsure()) for row in elements]
    return [Outcome(error=refusal(answer, status)) for _ in draft.positions]


def _placed(writes: Sequence[Write], facts: Facts) -> Iterable[Placed]:
    for position, write in enumerate(writes):
        try:
            call, bodies = _expressed(write, facts)
        except PlatformError:
            if len(writes) == 1:
                raise
            continue
        yield position, write, call, bodies


def _expressed(write: Write, facts: Facts) -> tuple[Call, tuple[Body, ...]]:
    if write.entity in KINDS:
        kind = KINDS[write.entity]
        method = kind.create if write.verb is Verb.CREATE else kind.update
        if write.entity in LISTED and write.verb not in (Verb.CREATE, Verb.UPDATE):
            raise Refused("Contacts and items are not deleted in Xero; archive it there.")
        four = {} if write.entity == "customer" else FOUR
        return Call(method, kind.root, options=(*ASKED.items(), *four.items())), (body_of(write, facts),)
    if isinstance(write.record, Payment):
        return _payment(write, write.record)
    if isinstance(write.record, Refund):
        if write.verb is Verb.CREATE:
            return _PAY, (payments.write_refund(write.record, write.marker),)
        if write.verb is Verb.UPDATE:
            raise Refused(NOT_SO)
        return _unpay(write.external_id), (DELETED,)
    raise Refused(f"Xero has no {write.entity}.")


_PAY = Call("create_payments", "Payments", options=tuple(ASKED.items()))
_BATCH = Call("create_batch_payment", "BatchPayments", options=tuple(ASKED.items()))
_RECEIVE = Call("create_bank_transactions", "BankTransactions", options=(*ASKED.items(), *FOUR.items()))


def _unpay(external_id: str) -> Call:
    return Call("delete_payment", "", (external_id,), several=False)


def _payment(write: Write, record: Payment) -> tuple[Call, tuple[Body, ...]]:
    if write.verb is Verb.CREATE:
        return _new_payment(record, write.marker)
    kind, _, key = write.external_id.rpartition(":")
    if kind in ("overpayment", "prepayment"):
        if write.verb is not Verb.UPDATE or not isinstance(write.base, Payment):
            raise Refused(STAYS)
        bodies = tuple(payments.write_allocations(record, write.base))
        if not bodies:
            raise Refused("There is nothing to allocate.")
        return Call(f"create_{kind}_allocations", "Allocations", (key,), tuple(ASKED.items()), several=False), bodies
    if write.verb is Verb.UPDATE:
        raise Refused(NOT_SO)
    if kind and write.external_id.startswith(payments.BATCH):
        one = write.external_id.removeprefix(payments.BATCH).partition(":")[0]
        return Call("delete_batch_payment_by_url_param", "", (one,), several=False), (DELETED,)
    return _unpay(write.external_id), (DELETED,)


def _new_payment(record: Payment, marker: str) -> tuple[Call, tuple[Body, ...]]:
    applied = payments.invoiced(record)
    if applied and sum((one.amount or ZERO for one in applied), ZERO) != record.amount:
        raise Refused(REST)
    if not applied:
        return _RECEIVE, (payments.write_overpayment(record, marker),)
    if len(applied) == 1:
        return _PAY, (payments.write_payment(record, marker),)
    return _BATCH, (payments.write_batch(record, marker),)


def _draft(client: Client, entity: str, call: Call, placed: Sequence[Placed], key: str) -> Draft:
    bodies = [body for one in placed for body in one[3]]
    draft = client.draft(call.method, *call.ids, root=call.root, bodies=bodies, **dict(call.options))
    verbs = {write.verb.value for _, write, _, _ in placed}
    verb = verbs.pop() if len(verbs) == 1 else ""
    return replace(draft, key=key, entity=entity, verb=verb, positions=tuple(position for position, *_ in placed))


def _root(draft: Draft) -> str:
    """The list an answer holds: the last of the path's names that is one."""
    return [name for name in draft.path.split("/") if name in ROOTS][-1]


def _outcome(puller: Puller, draft: Draft, root: str, row: Raw) -> Outcome:
    """What one element of an answer says of its write; nothing understandable means that nobody can say."""
    if error := _failed(row):
        return Outcome(error=error)
    record = _record(puller, draft.entity, root, row)
    if record is None:
        return Outcome() if draft.verb in (Verb.VOID, Verb.DELETE) else Outcome(error=Unsure())
    if record.status is Status.DELETED and draft.verb in (Verb.VOID, Verb.DELETE):
        return Outcome()
    return Outcome(record=record)


def _failed(row: Raw) -> PlatformError | None:
    said = text(row, "StatusAttributeString").upper() == "ERROR" or bool(parts(row, "ValidationErrors"))
    return refusal(row) if said or NO_ID in (text(row, name) for name in _IDS) else None


_IDS = ("ContactID", "ItemID", "InvoiceID", "CreditNoteID", "PaymentID", "BatchPaymentID", "BankTransactionID")


def _record(puller: Puller, entity: str, root: str, row: Raw) -> Record | None:
    """The record of an answered row; None where it is not there or not of this kind. Raises Unsure when it is unclear."""
    try:
        if root == "BankTransactions":
            return payments.read_credit("overpayment", row) if text(row, "OverpaymentID") else None
        source = next(each for each in SOURCES[entity] if each.root == root)
        found = puller.read(source, [row])
    except TryLater as error:
        raise Unsure from error
    return without_balance(found[0]) if found else None


def _allocated(client: Client, puller: Puller, draft: Draft, rows: Sequence[Raw]) -> Outcome:
    """Xero answers with the allocations alone: the credit itself is read again."""
    if error := next((error for row in rows if (error := _failed(row))), None):
        return Outcome(error=error)
    kind, key = draft.path.split("/")[-3:-1]
    prefix = {"Overpayments": "overpayment:", "Prepayments": "prepayment:"}[kind]
    try:
        found = puller.get(draft.entity, [prefix + key])[prefix + key]
    except (TryLater, Gone) as error:
        raise Unsure from error
    return Outcome(record=found) if found else Outcome(error=Unsure())
