"""Tax rates and locations of Syncro that records name by id: each gets a row, which staff or a file give a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from apps.connections.models import Company
from apps.mappings.models import Location, TaxRate
from apps.mirror.models import SyncroRecord

_RECORDS = SyncroRecord._meta.db_table
#: The prices of a product by location, where it has any.
_PLACES = "CASE jsonb_typeof(raw->'location_quantities') WHEN 'array' THEN raw->'location_quantities' ELSE '[]' END"
_TAX_RATES = f"""
INSERT INTO {TaxRate._meta.db_table} (company_id, external_id, name, parts, part_names, archived, is_default)
SELECT DISTINCT %(company)s, seen.id, '', '[]'::jsonb, '[]'::jsonb, false, false
FROM (
    SELECT content->>'tax_key' AS id FROM {_RECORDS}
    WHERE company_id = %(company)s AND entity IN ('customer', 'item', 'invoice')
    UNION ALL
    SELECT place->>'tax_rate_id' FROM {_RECORDS}, jsonb_array_elements({_PLACES}) AS place
    WHERE company_id = %(company)s AND entity = 'item'
) AS seen
WHERE seen.id <> '' AND NOT EXISTS (
    SELECT FROM {TaxRate._meta.db_table} AS known WHERE known.company_id = %(company)s AND known.external_id = seen.id
)
ON CONFLICT DO NOTHING
"""  # noqa: S608  the names of our own tables
#: A customer or an order may name its location; a name counts when all that give one agree.
_LOCATIONS = f"""
INSERT INTO {Location._meta.db_table} AS known (company_id, external_id, name)
SELECT %(company)s, seen.id, CASE count(DISTINCT nullif(seen.name, '')) WHEN 1 THEN max(seen.name) ELSE '' END
FROM (
    SELECT content->>'location_id' AS id, raw->'location'->>'name' AS name FROM {_RECORDS}
    WHERE company_id = %(company)s AND entity = 'purchase_order'
    UNION ALL
    SELECT content->>'location_id', NULL FROM {_RECORDS} WHERE company_id = %(company)s AND entity = 'invoice'
    UNION ALL
    SELECT raw->>'location_id', raw->>'location_name' FROM {_RECORDS}
    WHERE company_id = %(company)s AND entity = 'customer'
    UNION ALL
    SELECT place->>'location_id', NULL FROM {_RECORDS}, jsonb_array_elements({_PLACES}) AS place
    WHERE company_id = %(company)s AND entity = 'item'
) AS seen
WHERE seen.id <> ''
GROUP BY seen.id
HAVING NOT EXISTS (
    SELECT FROM {Location._meta.db_table} AS there
    WHERE there.company_id = %(company)s AND there.external_id = seen.id AND (there.name <> '' OR max(seen.name) IS NULL)
)
ON CONFLICT (company_id, external_id) DO UPDATE SET name = EXCLUDED.name
WHERE known.name = '' AND EXCLUDED.name <> ''
"""  # noqa: S608
_SEEN_ON = f"""
SELECT company_id, {{key}}, entity, count(*) FROM {_RECORDS}
WHERE company_id = ANY(%(companies)s) AND entity = ANY(%(entities)s) AND gone_at IS NULL AND {{key}} <> ''
GROUP BY company_id, {{key}}, entity
"""  # noqa: S608
#: Where the id of a rate or a location stands, and on what it is counted.
_KEYS = {TaxRate: ("content->>'tax_key'", ["customer", "item"]), Location: ("content->>'location_id'", ["invoice"])}
NOUNS = {"customer": "customer", "item": "product", "invoice": "invoice"}


def discover(company: Company) -> int:
    """Make a row for every id that the mirror names and nobody knows yet; gives how many are new. One statement each."""
    with connection.cursor() as cursor:
        found = 0
        for statement in (_TAX_RATES, _LOCATIONS):
            cursor.execute(statement, {"company": company.pk})
            found += cursor.rowcount
    return found


def seen_on(model: type[TaxRate | Location], companies: Iterable[int]) -> dict[tuple[int, str], str]:
    """What names each id, in words ("12 customers, 1 product"), by company and id: by this staff tell which one it is."""
    key, entities = _KEYS[model]
    counted: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_SEEN_ON.format(key=key), {"companies": list(companies), "entities": entities})
        for company, external_id, entity, count in cursor.fetchall():
            counted[company, external_id][entity] = count
    return {
        place: ", ".join(_words(each, found[each]) for each in NOUNS if each in found)
        for place, found in counted.items()
    }


def _words(entity: str, count: int) -> str:
    return f"{count:,} {NOUNS[entity]}{'' if count == 1 else 's'}"
