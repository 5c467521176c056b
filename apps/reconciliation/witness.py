"""What each side says of its own balances, against what its documents add up to: the proof does not rest on us alone.

Syncro: open balances of invoices less open credits. Books: their own balance of each customer, alone, without
sub-customers. A witness heard before the last change of a document is stale and says nothing; "could not ask" is no
disagreement.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.connections.models import Company
from apps.reconciliation.effects import names_of
from apps.reconciliation.receivable import moves

_BOOKS = """
SELECT 'books', c.external_id, c.balance, COALESCE(m.amount, 0)
FROM mirror_booksrecord c
LEFT JOIN (SELECT party, SUM(amount) AS amount FROM books_moves GROUP BY party) m ON m.party = c.external_id
LEFT JOIN (
  SELECT party, MAX(changed_at) AS changed_at FROM mirror_booksrecord
  WHERE company_id = %(company)s AND entity = ANY(%(signed)s) GROUP BY party
) d ON d.party = c.external_id
WHERE c.company_id = %(company)s AND c.entity = 'customer' AND c.gone_at IS NULL AND c.balance IS NOT NULL
  AND c.balance <> COALESCE(m.amount, 0) AND (d.changed_at IS NULL OR c.seen_at >= d.changed_at)
ORDER BY c.external_id
"""

# The open rest of a payment is what Syncro says, else its amount less its parts; credit spent by a row of its own is
# taken from the open credits. A rest or balance that is not known makes the customer's sum unknown.
_SYNCRO = """
, parts AS (
  SELECT payment_id, COUNT(*) - COUNT(amount) AS unknown, COALESCE(SUM(amount), 0) AS amount FROM mirror_application
  WHERE company_id = %(company)s AND side = 'syncro' GROUP BY payment_id
), paid AS (
  SELECT a.document_id, MAX(p.changed_at) AS changed_at
  FROM mirror_application a JOIN mirror_syncrorecord p
    ON p.company_id = a.company_id AND p.entity = 'payment' AND p.external_id = a.payment_id
  WHERE a.company_id = %(company)s AND a.side = 'syncro' AND a.document_entity = 'invoice' GROUP BY a.document_id
), open AS (
  SELECT r.party, r.balance AS amount, COALESCE(paid.changed_at > r.seen_at, FALSE) AS stale
  FROM mirror_syncrorecord r LEFT JOIN paid ON paid.document_id = r.external_id
  WHERE r.company_id = %(company)s AND r.entity = 'invoice' AND r.gone_at IS NULL AND r.status IN ('active', 'inactive')
  UNION ALL
  SELECT r.party, CASE
    WHEN l.id IS NULL THEN r.amount
    WHEN r.balance IS NOT NULL THEN -r.balance
    WHEN COALESCE(parts.unknown, 0) > 0 THEN NULL
    ELSE COALESCE(parts.amount, 0) - r.amount END, FALSE
  FROM mirror_syncrorecord r
  LEFT JOIN syncro_live l ON l.id = r.id LEFT JOIN parts ON parts.payment_id = r.external_id
  WHERE r.company_id = %(company)s AND r.entity = 'payment' AND r.gone_at IS NULL AND r.status IN ('active', 'inactive')
    AND r.amount <> 0 AND COALESCE((r.content->>'success')::boolean, TRUE)
)
SELECT 'syncro', o.party, o.amount, COALESCE(m.amount, 0)
FROM (
  SELECT party, SUM(amount) AS amount FROM open GROUP BY party HAVING COUNT(*) = COUNT(amount) AND NOT BOOL_OR(stale)
) o
LEFT JOIN (SELECT party, SUM(amount) AS amount FROM syncro_moves GROUP BY party) m ON m.party = o.party
WHERE o.amount <> COALESCE(m.amount, 0) ORDER BY o.party
"""


@dataclass(frozen=True, slots=True)
class Witness:
    """A customer whose own balance on one side contradicts that side's documents; amounts in the company's currency."""

    side: str
    customer: str
    says: Decimal
    computed: Decimal

    @property
    def difference(self) -> Decimal:
        """What the side says less what its documents add up to."""
        return self.says - self.computed

    def as_json(self) -> dict[str, Any]:
        """The disagreement as `tieout --json` prints it."""
        amounts = {name: f"{getattr(self, name):.2f}" for name in ("says", "computed", "difference")}
        return {"side": self.side, "customer": self.customer, **amounts}


def witnesses(company: Company) -> tuple[Witness, ...]:
    """The customers where a side contradicts itself, as of everything it last told; two queries."""
    found = [*moves(company, _BOOKS), *moves(company, _SYNCRO)]
    names = names_of(company, {f"{side}:{party}" for side, party, _, _ in found})
    return tuple(Witness(side, names[f"{side}:{party}"], says, computed) for side, party, says, computed in found)
