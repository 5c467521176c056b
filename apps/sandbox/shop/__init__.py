"""The demo shop: `seed` opens it, `books_day` is what a bookkeeper does after the first sync."""

from apps.sandbox.shop.chapters import NotYet, books_day, seed
from apps.sandbox.shop.plan import number_of

__all__ = ["NotYet", "books_day", "number_of", "seed"]
