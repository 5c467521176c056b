"""Syncro's side of the mirror: one table; proxies give code and admin their names."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from apps.mirror.models.record import MirrorRow, row_constraints, row_indexes
from apps.platforms.base import Side


class SyncroRecord(MirrorRow):
    """Anything Syncro told us."""

    side = Side.SYNCRO

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = row_constraints("syncro_row")
        indexes: ClassVar[list[models.Index]] = row_indexes("syncro_row")


class SyncroCustomer(SyncroRecord):
    """A Syncro customer (Syncro's screens say organization)."""

    class Meta:
        proxy = True


class SyncroItem(SyncroRecord):
    """A Syncro product or service."""

    class Meta:
        proxy = True


class SyncroInvoice(SyncroRecord):
    """A Syncro invoice; with a negative total, a refund."""

    class Meta:
        proxy = True


class SyncroCustomerPurchase(SyncroRecord):
    """What the shop bought from a customer; Syncro's report tells it, its API does not."""

    class Meta:
        proxy = True


class SyncroPayment(SyncroRecord):
    """A Syncro payment."""

    class Meta:
        proxy = True


class SyncroContact(SyncroRecord):
    """A person of a Syncro customer or vendor (Syncro's screens say end user)."""

    class Meta:
        proxy = True


class SyncroVendor(SyncroRecord):
    """Somebody a Syncro account buys from."""

    class Meta:
        proxy = True


class SyncroPurchaseOrder(SyncroRecord):
    """A Syncro purchase order."""

    class Meta:
        proxy = True


class SyncroCategory(SyncroRecord):
    """A category of Syncro's products."""

    class Meta:
        proxy = True
