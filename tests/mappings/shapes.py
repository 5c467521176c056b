"""Books of another shape, as the registry would name them: no payment methods, lines that name their accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from apps.platforms.base import Platform, Side
from apps.platforms.registry import PLATFORMS


class LinesNameAccounts(Platform):
    """What such a platform says of itself."""

    key: ClassVar[str] = "lines_name_accounts"
    title: ClassVar[str] = "Books without methods"
    side: ClassVar[Side] = Side.BOOKS
    entities: ClassVar[tuple[str, ...]] = ("account", "tax_code", "customer", "item", "invoice", "payment")
    lines_name_accounts: ClassVar[bool] = True


ENTRY = replace(
    PLATFORMS["quickbooks_online"], path=f"{__name__}:LinesNameAccounts", title=LinesNameAccounts.title, short="lna"
)
