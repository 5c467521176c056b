"""What staff can do about a mismatch: each resolution is one function, and each use of one is a decision on record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from apps.connections.access import Operator, Person, require
from apps.connections.policies import Policies
from apps.reconciliation import actions
from apps.reconciliation.actions import Run
from apps.reconciliation.kinds import KINDS, kind
from apps.reconciliation.mapping_choice import CHOICES, map_it
from apps.reconciliation.models import Decision, Mismatch, MismatchState
from apps.reconciliation.problems import CannotResolve
from apps.reconciliation.reconcile import reconcile


@dataclass(frozen=True, slots=True)
class Resolution:
    """One thing staff can do. `needs` and `takes` name values of `--set`; `moves_money`: over the limit an approver."""

    sentence: str
    verb: str
    run: Run
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    moves_money: bool = True


RESOLUTIONS: Mapping[str, Resolution] = {
    "post_to_syncro": Resolution("Post it to Syncro as it is shown.", "resolve", actions.approve()),
    "keep_in_books_only": Resolution("It stays in the books only, named in the tie-out.", "resolve", actions.leave_out),
    "done_in_syncro": Resolution(
        "Follow the steps in Syncro; it closes by itself then.", "resolve", actions.wait, moves_money=False
    ),
    "accept": Resolution("Accept both sides as they are now.", "resolve", actions.accept),
    "accept_difference": Resolution("Accept the difference; the tie-out keeps naming it.", "approve", actions.accept),
    "accept_as_books_only": Resolution(
        "Accept that it is the books' own; the tie-out keeps naming it.", "resolve", actions.books_only
    ),
    "book_refund": Resolution("Book the refund in the books.", "resolve", actions.approve()),
    "push_again": Resolution("Write Syncro's version to the books again.", "resolve", actions.overwrite),
    "overwrite_from_syncro": Resolution("Write Syncro's version over the books.", "resolve", actions.overwrite),
    "take_into_syncro": Resolution("Take the edit into Syncro.", "resolve", actions.take_edit),
    "post_again": Resolution("It is deleted in Syncro now: write it there again.", "resolve", actions.post_again),
    "keep_books": Resolution(
        "Keep what the books say; both sides stay as they are.", "resolve", actions.accept
    ),
    "map_it": Resolution(
        "Make the choice; everything that waits for it goes on.", "map", map_it, takes=CHOICES, moves_money=False
    ),
    "retry": Resolution("Try again now.", "resolve", actions.retry),
    "look_again": Resolution("Look for it on the other side again.", "resolve", actions.look_again),
    "it_is_there": Resolution(
        "It is there: link it with this id.", "resolve", actions.same("external_id"), needs=("external_id",)
    ),
    "it_is_not_there": Resolution("It is not there: send it again.", "approve", actions.approve(absent=True)),
    "same": Resolution("They are the same payment: link them.", "resolve", actions.same_payment),
    "different": Resolution("They are two payments: each goes across.", "resolve", actions.different_payment),
    "same_customer": Resolution(
        "It is the same one: link it with this id of the books.", "resolve", actions.same("books"), needs=("books",)
    ),
    "same_in_syncro": Resolution(
        "It is the same one: tie it to this id of Syncro.", "resolve", actions.same_in_syncro, needs=("syncro",)
    ),
    "make_in_syncro": Resolution("It is another one: make it in Syncro.", "resolve", actions.approve(different=True)),
    "send_with_suffix": Resolution("It is another one: send it beside.", "resolve", actions.approve(suffix=True)),
    "send_again": Resolution("Make it again in the books.", "resolve", actions.approve(again=True)),
    "void_in_books": Resolution("Void it in the books as well.", "resolve", actions.approve(void=True)),
    "confirm_deletion": Resolution("They are meant to be gone: follow.", "approve", actions.approve(deletion=True)),
    "ignore": Resolution(
        "Leave it for now; it comes back when its facts change.", "ignore", actions.ignore, moves_money=False
    ),
}  # fmt: skip


def resolve(
    mismatch: Mismatch, name: str, user: Person, values: Mapping[str, str] | None = None, note: str = ""
) -> Decision:
    """Do it, and keep who, when, why and what was shown, in one transaction; then look again at this kind.

    Raises CannotResolve or PermissionDenied, with a sentence. Nothing is sent here: links move, the engine sends.
    """
    given = {key: str(value).strip() for key, value in (values or {}).items()}
    with transaction.atomic():
        locked = Mismatch.objects.select_for_update().select_related("company").get(pk=mismatch.pk)
        resolution = _checked(locked, name, given)
        _ask(locked, resolution, user)
        shown = {"sentence": locked.sentence, "facts": locked.facts, "effects": locked.effects}
        result = resolution.run(locked, user, {**given, "note": note})
        decision = Decision.objects.create(
            mismatch=locked, user_id=None if isinstance(user, Operator) else user.pk, resolution=name, values=given,
            note=note, shown=shown, result=result,
        )  # fmt: skip
    reconcile(locked.company, [locked.kind])
    mismatch.refresh_from_db()
    return decision


def offered(mismatch: Mismatch) -> list[tuple[str, Resolution]]:
    """The resolutions of a mismatch, the safest first."""
    names = kind(mismatch.kind).resolutions if mismatch.kind in KINDS else ()
    return [(name, RESOLUTIONS[name]) for name in names]


def stake(mismatch: Mismatch) -> Decimal:
    """The money a resolution decides about: what the mismatch moves, or the document's amount where that is more."""
    told = mismatch.facts.get("amount")
    return max(abs(mismatch.amount), abs(Decimal(told)) if told else Decimal(0))


def _checked(mismatch: Mismatch, name: str, values: Mapping[str, str]) -> Resolution:
    """The resolution, if it exists, fits and has its values."""
    if mismatch.state == MismatchState.CLOSED:
        raise CannotResolve(f"Mismatch {mismatch.pk} is closed: it is no longer true.")
    choices = dict(offered(mismatch))
    if name not in choices:
        raise CannotResolve(f"{name!r} is no resolution of {mismatch.kind}; there are: {', '.join(choices)}.")
    resolution = choices[name]
    missing = [key for key in resolution.needs if not values.get(key)]
    if missing:
        raise CannotResolve(f"{name} needs {_settings(missing)}. {resolution.sentence}")
    strange = sorted(set(values) - {*resolution.needs, *resolution.takes})
    if strange:
        raise CannotResolve(f"{name} does not take {_settings(strange)}.")
    return resolution


def _ask(mismatch: Mismatch, resolution: Resolution, user: Person) -> None:
    require(user, resolution.verb, mismatch.company)
    limit = Policies.of(mismatch.company).amount("approval_over")
    if resolution.moves_money and limit is not None and stake(mismatch) > limit:
        require(user, "approve", mismatch.company)


def _settings(names: Iterable[str]) -> str:
    return ", ".join(f"--set {name}=VALUE" for name in names)
