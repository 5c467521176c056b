"""Random shops, with what must be left unexplained added up while they are made."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from random import Random

from apps.mirror.states import SyncState
from apps.platforms.base import Side
from tests.reconciliation.shop import Shop

S, B = Side.SYNCRO, Side.BOOKS
ALONE = (SyncState.PENDING, SyncState.PUSHING, SyncState.IN_DOUBT, SyncState.IGNORED)
HELD = ("refused", "total_differs", "edited_in_books", "period_closed", "brake", "locked", "mapping_missing")


def random_shop(shop: Shop, dice: Random) -> dict[str, Decimal]:
    """Documents in every state; gives by customer what nobody may explain."""
    wrong: dict[str, Decimal] = defaultdict(Decimal)
    for number in range(dice.randint(2, 6)):
        name = f"Customer {number}"
        ours, theirs = shop.customer(name)
        for _ in range(dice.randint(1, 12)):
            wrong[name] += dice.choice(
                [_agreed, _corrupted, _under_way, _held, _books_only, _newborn, _taken_in_books]
            )(shop, dice, ours, theirs)
    return wrong


def _amount(dice: Random) -> Decimal:
    return Decimal(dice.randint(1, 100_000)) / 100


def _agreed(shop: Shop, dice: Random, ours: str, theirs: str) -> Decimal:
    amount = str(_amount(dice))
    shop.link(shop.invoice(S, ours, amount), shop.invoice(B, theirs, amount))
    shop.link(shop.payment(S, ours, amount), shop.payment(B, theirs, amount))
    return Decimal(0)


def _corrupted(shop: Shop, dice: Random, ours: str, theirs: str) -> Decimal:
    amount, off = _amount(dice), Decimal(dice.randint(6, 500)) / 100
    shop.link(shop.invoice(S, ours, str(amount)), shop.invoice(B, theirs, str(amount + off)))
    return -off


def _under_way(shop: Shop, dice: Random, ours: str, theirs: str) -> Decimal:
    make = dice.choice([shop.invoice, shop.payment])
    shop.link(make(S, ours, str(_amount(dice))), state=dice.choice(ALONE), code="off_by_policy")
    return Decimal(0)


def _held(shop: Shop, dice: Random, ours: str, theirs: str) -> Decimal:
    both = dice.random() < 0.5
    books = shop.invoice(B, theirs, str(_amount(dice))) if both else None
    shop.link(shop.invoice(S, ours, str(_amount(dice))), books, SyncState.HELD, dice.choice(HELD))
    return Decimal(0)


def _books_only(shop: Shop, dice: Random, ours: str, theirs: str) -> Decimal:
    entity = dice.choice(["invoice", "credit_memo", "payment", "receivable_movement", "refund_receipt"])
    shop.row(B, entity, party=theirs, amount=_amount(dice))
    return Decimal(0)


def _newborn(shop: Shop, dice: Random, ours: str, theirs: str) -> Decimal:
    shop.payment(S, ours, str(_amount(dice)))
    return Decimal(0)


def _taken_in_books(shop: Shop, dice: Random, ours: str, theirs: str) -> Decimal:
    payment = shop.payment(B, theirs, str(_amount(dice)))
    shop.link(books=payment, state=SyncState.HELD, code=dice.choice(["payment_in_review", "unknown_invoice"]))
    return Decimal(0)
