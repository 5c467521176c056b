"""What a line of the books sells, in Syncro's words: the way back of compose/invoice."""

from __future__ import annotations

from collections.abc import Iterable

from apps.mappings.lookup import MappingMissing
from apps.mirror.models import BooksRecord, Link
from apps.platforms.base import Side
from apps.platforms.records import Line
from apps.sync.compose.desk import Desk, Held
from apps.sync.links import counterparts


class Products:
    """The products of an invoice's lines on both sides, looked up at once."""

    def __init__(self, desk: Desk, ours: Iterable[Line], theirs: Iterable[Line]) -> None:
        self.desk = desk
        self._ours = counterparts(desk.company, "item", Side.SYNCRO, [line.item_id for line in ours if line.item_id])
        self._theirs = counterparts(desk.company, "item", Side.BOOKS, [line.item_id for line in theirs if line.item_id])

    def fits(self, line: Line, own: Line) -> bool:
        """Whether a line of the books sells what Syncro's line sells."""
        if self.desk.books.lines_name_accounts and not line.item_id:
            return not own.item_id if not line.item_code else line.item_code == self._code(own)
        link = self._ours.get(own.item_id)
        if link is not None and link.books is not None:
            return line.item_id == link.books.external_id
        known = self._theirs.get(line.item_id)
        return known is None or known.syncro is None or known.syncro.external_id == own.item_id

    def in_syncro(self, line: Line) -> str:
        """The product of a new line, "" for one entered by hand; Held where Syncro has neither."""
        link = self._theirs.get(line.item_id)
        if link is not None and link.syncro is not None and link.syncro.is_live:
            return link.syncro.external_id
        if self._by_hand(line):
            return ""
        raise Held(
            "not_taken",
            f"The line “{line.description or line.name}” is on {line.name or line.account_id or 'a product'} of the books, "
            "which stands for nothing in Syncro.",
        )

    def _by_hand(self, line: Line) -> bool:
        """Whether a line of Syncro without a product would be posted just like this one."""
        try:
            if self.desk.books.lines_name_accounts:
                return not line.item_id and line.account_id in self._usual_account()
            return line.item_id == self.desk.chosen.item().external_id
        except MappingMissing:
            return False

    def _usual_account(self) -> tuple[str, ...]:
        """The account of lines without product, by its id and by its number: the books name either."""
        chosen = self.desk.chosen.income_account("")
        row = BooksRecord.objects.filter(company=self.desk.company, entity="account", external_id=chosen).first()
        return (chosen, *filter(None, (row.content.get("number") if row is not None else "",)))

    def _code(self, own: Line) -> str:
        link: Link | None = self._ours.get(own.item_id)
        return str(link.books.content.get("sku") or "") if link is not None and link.books is not None else ""
