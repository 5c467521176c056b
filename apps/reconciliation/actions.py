"""What resolutions do: each asks the engine to decide about links, and says in a sentence what was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apps.connections.access import Person
from apps.mirror.models import Link, SyncroRecord
from apps.mirror.states import SyncState
from apps.reconciliation.models import Mismatch, MismatchState
from apps.reconciliation.problems import CannotResolve
from apps.reconciliation.reconcile import covered_links
from apps.sync import decide
from apps.sync.newborn_customers import tie

Run = Callable[[Mismatch, Person, Mapping[str, str]], str]


def held_links(mismatch: Mismatch) -> list[Link]:
    """The links it stands for that still wait for a person; CannotResolve when there are none left.

    A repayment is left to its refund invoice: what is decided about that one, the engine does to both.
    """
    covered = covered_links(mismatch)
    links = Link.objects.filter(pk__in=covered, state=SyncState.HELD).exclude(partner_id__in=covered)
    found = list(links.select_related("company", "syncro", "books").order_by("pk"))
    if not found:
        raise CannotResolve("It has moved on in the meantime; look at it again.")
    return found


def approve(**hints: bool) -> Run:
    """Let the links go on, with hints for the engine."""

    def run(mismatch: Mismatch, user: Person, values: Mapping[str, str]) -> str:
        links = held_links(mismatch)
        for link in links:
            decide.approve(link, **hints)
        return (
            f"{_counted(links)} goes on with the next run."
            if len(links) == 1
            else f"{_counted(links)} go on with the next run."
        )

    return run


def retry(mismatch: Mismatch, user: Person, values: Mapping[str, str]) -> str:
    """Try again."""
    links = held_links(mismatch)
    for link in links:
        decide.retry(link)
    return f"{_counted(links)} will be tried again with the next run."


def accept(mismatch: Mismatch, user: Person, values: Mapping[str, str]) -> str:
    """Both sides as they are become what was agreed."""
    for link in held_links(mismatch):
        decide.accept(link)
    money = f" {mismatch.amount:,.2f} of difference stays, named in the tie-out." if mismatch.amount else ""
    return f"Both sides stay as they are.{money}"


def overwrite(mismatch: Mismatch, user: Person, values: Mapping[str, str]) -> str:
    """Syncro's version goes over the books'."""
    for link in held_links(mismatch):
        decide.overwrite_books(link)
    return "Syncro's version is written to the books with the next run."


def take_edit(mismatch: Mismatch, user: Person, values: Mapping[str, str]) -> str:
    """The books' edit goes to Syncro."""
    for link in held_links(mismatch):
        decide.take_edit(link)
    return "The edit is taken into Syncro with the next run."


def post_again(mismatch: Mismatch, user: Person, values: Mapping[str, str]) -> str:
    """What went wrong was deleted in Syncro: it is made there anew."""
    for link in held_links(mismatch):
        decide.post_again(link)
    return "It is written to Syncro again with the next run."


def leave_out(mismatch: Mismatch, user: Person, values: Mapping[str, str]) -> str:
    """Never goes across."""
    for link in held_links(mismatch):
        decide.ignore(link, values.get("note") or f"Kept in the books only, decided on mismatch {mismatch.pk}.")
    return "It stays in the books only; the tie-out names it as left out."


def books_only(mismatch: Mismatch, user: Person, values: Mapping[str, str]) -> str:
    """The books' own document: nothing to link, so the item itself is put aside."""
    return (
        leave_out(mismatch, user, values)
        if covered_links(mismatch)
        else _put_aside(mismatch, "Accepted as the books' own")
    )


def ignore(mismatch: Mismatch, user: Person, values: Mapping[str, str]) -> str:
    """Out of the queue until its facts change."""
    return _put_aside(mismatch, "Left for now")


def wait(mismatch: Mismatch, user: Person, values: Mapping[str, str]) -> str:
    """A person does it in Syncro."""
    return "Noted; it closes by itself once both sides say the same."


def same(value: str) -> Run:
    """Link with the document of the books that a value names."""

    def run(mismatch: Mismatch, user: Person, values: Mapping[str, str]) -> str:
        links = held_links(mismatch)
        if len(links) != 1:
            raise CannotResolve("Several records wait here; they cannot all be the same one.")
        decide.same_customer(links[0], values[value])
        return f"Linked with {values[value]}."

    return run


def same_in_syncro(mismatch: Mismatch, user: Person, values: Mapping[str, str]) -> str:
    """Tie what the books have to the Syncro record that a value names."""
    link = held_links(mismatch)[0]
    rows = SyncroRecord.objects.filter(company=mismatch.company, entity=link.entity, external_id=values["syncro"])
    ours = rows.first()
    if ours is None or link.books is None:
        raise CannotResolve(f"There is no {link.entity} with the id {values['syncro']} in Syncro.")
    tie(ours, link.books)
    return f"Tied to {ours}."


def same_payment(mismatch: Mismatch, user: Person, values: Mapping[str, str]) -> str:
    """The two halves of a pair become one link."""
    decide.same_payment(held_links(mismatch)[0])
    return "The two are one payment now."


def different_payment(mismatch: Mismatch, user: Person, values: Mapping[str, str]) -> str:
    """Each half goes across on its own."""
    for link in held_links(mismatch):
        decide.different_payment(link)
    return "They are two payments; each goes across with the next run."


def look_again(mismatch: Mismatch, user: Person, values: Mapping[str, str]) -> str:
    """In doubt once more: the engine looks before anything is sent."""
    links = held_links(mismatch)
    reason = "Somebody asked to look for it again."
    if not Link.objects.filter(pk__in=[link.pk for link in links]).move(SyncState.IN_DOUBT, reason=reason):
        raise CannotResolve(
            "It cannot be looked for again by itself; look in the other system, then say whether it is there."
        )
    return f"{_counted(links)} will be looked for with the next run."


def _put_aside(mismatch: Mismatch, what: str) -> str:
    Mismatch.objects.filter(pk=mismatch.pk).update(state=MismatchState.IGNORED)
    return f"{what}; it comes back when its facts change."


def _counted(links: list[Link]) -> str:
    return "It" if len(links) == 1 else f"{len(links)} records"
