"""The books' side of the mirror: one table; proxies give code and admin their names."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from apps.mirror.models.record import MirrorRow, row_constraints, row_indexes
from apps.platforms.base import Side


class BooksRecord(MirrorRow):
    """Anything the books told us, reference data included."""

    side = Side.BOOKS

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = row_constraints("books_row")
        indexes: ClassVar[list[models.Index]] = row_indexes("books_row")


class BooksCustomer(BooksRecord):
    """A customer of the books."""

    class Meta:
        proxy = True


class BooksItem(BooksRecord):
    """An item of the books."""

    class Meta:
        proxy = True


class BooksInvoice(BooksRecord):
    """An invoice of the books."""

    class Meta:
        proxy = True


class BooksPayment(BooksRecord):
    """A payment of the books."""

    class Meta:
        proxy = True


class BooksAccount(BooksRecord):
    """An account of the chart of accounts."""

    class Meta:
        proxy = True
