"""A linked document that somebody edited in the books, alone or while it was also edited in Syncro."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from apps.platforms.base import Side
from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case
from apps.reconciliation.kinds.fields import as_facts, changed_fields, in_words
from apps.sync.compare import Difference
from apps.sync.links import payments_on

CLOSES = "This item closes by itself once both sides say the same."
#: Fields as Syncro's screen calls them.
WORDS: Mapping[str, str] = {"due_date": "due date"}


class InvoiceEditedInBooks(HeldKind):
    """Field by field: keep what the books say, take it into Syncro, or write Syncro's version over it."""

    name: ClassVar[str] = "invoice_edited_in_books"
    title: ClassVar[str] = "Edited in the books"
    entity: ClassVar[str] = "invoice"
    codes: ClassVar[tuple[str, ...]] = ("edited_in_books", "both_edited", "not_taken")
    resolutions: ClassVar[tuple[str, ...]] = ("keep_books", "take_into_syncro", "overwrite_from_syncro", "ignore")

    def facts(self, case: Case) -> Mapping[str, Any]:
        """The fields side by side, and what to do in Syncro to follow the books."""
        fields = changed_fields(case.link)
        return {"fields": as_facts(fields), "steps": [*_steps(case, fields), CLOSES]}

    def sentence(self, case: Case) -> str:
        """Which fields, both values."""
        where = "on both sides" if case.link.code == "both_edited" else "in the books"
        refused = f" Syncro did not take it: {case.why}." if case.link.code == "not_taken" else ""
        return f"{case.what} was edited {where}: {in_words(changed_fields(case.link))}.{refused}"


def _steps(case: Case, fields: Sequence[Difference]) -> Iterator[str]:
    """What a person does in Syncro to follow the books; nothing is changed there on a paid invoice."""
    number = case.row.content.get("number") or case.row.external_id
    yield f"In Syncro open invoice {number}."
    ours = case.link.syncro
    settled = ours is not None and ours.amount and ours.balance == 0
    paid = list(payments_on(case.link.company, Side.SYNCRO, ours.external_id)) if ours and settled else []
    for part in paid:
        yield f"Take payment {part.payment_id} off it first: note its amount, method and reference, then delete it."
    for each in fields:
        yield f"In Syncro set {WORDS.get(each.field, each.field)} to {each.books or 'empty'} (now {each.syncro or 'empty'})."
    if paid:
        yield "Enter what you took off again, with the same amount, method and reference."
