"""Tax per line: what is said of a line is right to the cent, and what does not follow is declared."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal

from apps.sync.tax.rates import RateBook
from apps.sync.tax.rebuild import Verdict, rebuild
from tests.sync import tax_shop
from tests.sync.tax_shop import TaxShop

INVOICES, EACH = 10_000, 20


def judged(shop: TaxShop, book: RateBook) -> str:
    """What became of one more invoice of a shop."""
    lines, customer, tax = shop.invoice()
    can_be = tax_shop.possible(shop, lines, customer, tax)
    true = tax_shop.truth(shop, lines, tax)
    assert true in can_be, "the story is not one of those that are tried"
    answer = rebuild(tax_shop.shown(lines, customer, tax), book)
    said = tuple(int(line.tax.scaleb(2)) for line in answer.lines)
    if answer.verdict is Verdict.SURE:
        assert (said, len(can_be)) == (true, 1)
        return "right"
    return f"{answer.verdict} though decidable" if len(can_be) == 1 else answer.verdict


def test_tax_of_ten_thousand_invoices_is_right_on_every_line_or_declared() -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    dice, seen = random.Random(seed), Counter[str]()
    for _ in range(INVOICES // EACH):
        shop = TaxShop(dice)
        book = shop.book()
        seen.update(judged(shop, book) for _ in range(EACH))
    print(dict(seen))
    missed = sum(count for name, count in seen.items() if name.endswith("decidable"))
    assert seen["right"] >= Decimal("0.99") * (seen["right"] + missed)
    assert seen["right"] >= Decimal("0.85") * INVOICES
