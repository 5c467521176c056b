"""What the other side should hold: one function per entity and direction, pure given the desk."""

from __future__ import annotations

from collections.abc import Callable

from apps.mirror.models import Link
from apps.platforms.base import Side, Write
from apps.sync.compose.customer import compose_customer
from apps.sync.compose.customer_in import compose_customer_in
from apps.sync.compose.desk import Desk, Held, NothingToDo, NotLinkedYet, StandsAside
from apps.sync.compose.invoice import compose_invoice
from apps.sync.compose.invoice_in import compose_invoice_in
from apps.sync.compose.item import compose_item
from apps.sync.compose.payment import compose_payment, compose_payment_in

#: By entity and the side it started on.
COMPOSERS: dict[tuple[str, Side], Callable[[Desk, Link], Write]] = {
    ("customer", Side.SYNCRO): compose_customer,
    ("customer", Side.BOOKS): compose_customer_in,
    ("item", Side.SYNCRO): compose_item,
    ("invoice", Side.SYNCRO): compose_invoice,
    ("invoice", Side.BOOKS): compose_invoice_in,
    ("payment", Side.SYNCRO): compose_payment,
    ("payment", Side.BOOKS): compose_payment_in,
}


def compose(desk: Desk, link: Link) -> Write:
    """The write that would bring the other side in step with this link, or the first of several.

    Raises Held (a person must look), NotLinkedYet (something else goes first), NothingToDo, StandsAside, MappingMissing.
    """
    return desk.step(link, COMPOSERS[(link.entity, Side(link.origin))](desk, link))


__all__ = ["COMPOSERS", "Desk", "Held", "NotLinkedYet", "NothingToDo", "StandsAside", "compose"]
