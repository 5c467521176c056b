"""What every row moves in the receivable of its side, as one SQL text that sums and effects both read (recipes.md 1).

Syncro: an invoice adds its total; a payment that went through takes its amount, at the customer whose invoice each part
sits on; a row that only spends store credit is left out. Books: invoices and other movements add, payments and credit
memos take, refunds out of credit add, refund receipts do not touch the receivable. What is voided, deleted or gone moves nothing. Amounts are in
the company's currency; days are effective dates (design.md 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from json import dumps
from typing import Any

from django.db import connection, transaction

from apps.connections.models import Company

#: Sign of each entity of the books in the receivable; what is not here moves nothing.
BOOKS_SIGNS: Mapping[str, int] = {"invoice": 1, "payment": -1, "credit_memo": -1, "refund": 1, "receivable_movement": 1}

_LINKS = """
ties AS (
  SELECT l.id, l.state, l.code, COALESCE(l.partner_id, l.id) AS bundle, l.syncro_id, l.books_id,
         COALESCE(l.effective_date, CASE l.origin WHEN 'syncro' THEN s.date ELSE b.date END) AS day
  FROM mirror_link l
  LEFT JOIN mirror_syncrorecord s ON s.id = l.syncro_id
  LEFT JOIN mirror_booksrecord b ON b.id = l.books_id
  WHERE l.company_id = %(company)s AND l.entity NOT IN ('customer', 'item') {only_links}
),
pairs AS (
  SELECT s.external_id AS syncro_party, b.external_id AS books_party
  FROM mirror_link l JOIN mirror_syncrorecord s ON s.id = l.syncro_id JOIN mirror_booksrecord b ON b.id = l.books_id
  WHERE l.company_id = %(company)s AND l.entity = 'customer'
)"""

# A row belongs to the link that names it, else to the link one of whose legs it is.
_SIDE = """
{side}_ties AS (
  SELECT {side}_id AS row_id, id AS link_id FROM ties WHERE {side}_id IS NOT NULL
  UNION ALL
  SELECT r.id, MIN(g.link_id) FROM mirror_leg g JOIN ties t ON t.id = g.link_id
  JOIN mirror_{side}record r ON r.company_id = %(company)s AND r.entity = g.entity AND r.external_id = g.external_id
  LEFT JOIN mirror_link named ON named.{side}_id = r.id
  WHERE g.side = '{side}' AND g.external_id <> '' AND named.id IS NULL GROUP BY r.id
)"""

_SYNCRO = """
syncro_live AS (
  SELECT r.id, r.entity, r.external_id, r.party, r.date, r.amount
  FROM mirror_syncrorecord r
  WHERE r.company_id = %(company)s AND r.entity IN ('invoice', 'payment') AND r.amount <> 0
    AND r.gone_at IS NULL AND r.status IN ('active', 'inactive') {only_syncro}
    AND NOT (r.entity = 'payment' AND COALESCE((r.content->>'success')::boolean, TRUE) IS FALSE)
    AND NOT (r.entity = 'payment' AND COALESCE((
      SELECT m.kind FROM mappings_mapping m
      WHERE m.company_id = r.company_id AND m.topic = 'payment_method' AND m.key IN (r.content->>'method', '')
      ORDER BY m.key DESC LIMIT 1), '') = 'store_credit' AND EXISTS (
      SELECT 1 FROM mirror_application a WHERE a.company_id = r.company_id AND a.side = 'syncro'
        AND a.payment_id = r.external_id AND a.document_entity = 'invoice'))
),
elsewhere AS (
  SELECT p.id, p.entity, p.external_id, p.party AS payer, i.party AS owner, p.date, a.amount
  FROM mirror_application a
  JOIN syncro_live p ON p.entity = 'payment' AND p.external_id = a.payment_id
  JOIN mirror_syncrorecord i ON i.company_id = %(company)s AND i.entity = 'invoice' AND i.external_id = a.document_id
  WHERE a.company_id = %(company)s AND a.side = 'syncro' AND a.document_entity = 'invoice'
    AND a.amount <> 0 AND i.party <> p.party
),
syncro_moves AS (
  SELECT id, entity, external_id, party, date, CASE entity WHEN 'invoice' THEN amount ELSE -amount END AS amount
  FROM syncro_live
  UNION ALL SELECT id, entity, external_id, payer, date, amount FROM elsewhere
  UNION ALL SELECT id, entity, external_id, owner, date, -amount FROM elsewhere
)"""

_BOOKS = """
books_moves AS (
  SELECT r.id, r.entity, r.external_id, r.party, r.date, r.amount * (%(signs)s::jsonb->>r.entity)::int AS amount
  FROM mirror_booksrecord r
  WHERE r.company_id = %(company)s AND r.entity = ANY(%(signed)s) AND r.amount <> 0
    AND r.gone_at IS NULL AND r.status IN ('active', 'inactive') {only_books}
)"""

_MOVES = """
moves AS (
  SELECT 'syncro' AS side, m.id AS row_id, m.entity, m.external_id, 'syncro:' || m.party AS line, t.id AS link_id,
         t.bundle, t.state, t.code, COALESCE(t.day, m.date) AS day, m.amount, m.amount AS difference
  FROM syncro_moves m LEFT JOIN syncro_ties x ON x.row_id = m.id LEFT JOIN ties t ON t.id = x.link_id
  UNION ALL
  SELECT 'books', m.id, m.entity, m.external_id, COALESCE('syncro:' || p.syncro_party, 'books:' || m.party), t.id,
         t.bundle, t.state, t.code, COALESCE(t.day, m.date), m.amount, -m.amount
  FROM books_moves m LEFT JOIN books_ties x ON x.row_id = m.id LEFT JOIN ties t ON t.id = x.link_id
  LEFT JOIN pairs p ON p.books_party = m.party
)"""

_EVERYTHING = {"only_links": "", "only_syncro": "", "only_books": ""}
_SOME_LINKS = {
    "only_links": "AND l.id = ANY(%(links)s)",
    "only_syncro": "AND r.id IN (SELECT row_id FROM syncro_ties)",
    "only_books": "AND r.id IN (SELECT row_id FROM books_ties)",
}

# Right after a first load the planner knows nothing of these tables and would join them row by row; over everything a
# hash is right, and compiling costs more than it saves.
_PLAN = "SET LOCAL enable_nestloop = off; SET LOCAL jit = off"
_PLAN_OVER = "SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL jit TO DEFAULT"


def _with(only: Mapping[str, str]) -> str:
    sides = [_SIDE.format(side=side) for side in ("syncro", "books")]
    parts = [_LINKS.format(**only), *sides, _SYNCRO.format(**only), _BOOKS.format(**only), _MOVES]
    return "WITH " + ",".join(parts)


def moves(company: Company, select: str, **values: Any) -> list[tuple[Any, ...]]:
    """The rows of a SELECT over `moves`; with `links`, of these links alone.

    Its columns: side, row_id, entity, external_id, line (`syncro:ID`, or `books:ID` for a customer only the books
    have), link_id, bundle (a refund's two links are one), state, code, day, amount (signed, of its side), difference
    (Syncro minus books).
    """
    known = {"company": company.pk, "signs": dumps(BOOKS_SIGNS), "signed": list(BOOKS_SIGNS), **values}
    if "links" in values:
        with connection.cursor() as cursor:
            cursor.execute(f"{_with(_SOME_LINKS)}\n{select}", known)
            return list(cursor.fetchall())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PLAN)
        cursor.execute(f"{_with(_EVERYTHING)}\n{select}", known)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.execute(_PLAN_OVER)
    return rows
