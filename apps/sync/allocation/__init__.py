"""How Syncro's payments are split over invoices: worked out from totals, balances and the other payments, never guessed.

`puzzle` is the arithmetic, without a database: a part is given when it is the same in every split that the figures
allow. `flow` finds out whether a part could be another. `sheet` says which figures may be
reckoned with, `rows` reads them from the mirror and writes the answers.
"""

from __future__ import annotations

from apps.sync.allocation.rows import shares, solve
from apps.sync.allocation.sheet import Share

__all__ = ["Share", "shares", "solve"]
