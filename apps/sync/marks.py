"""Our mark on documents of the other side: which installation, company and record a document belongs to."""

from __future__ import annotations

import secrets
from functools import cache

from apps.connections.models import Company
from apps.sync.models import Installation


@cache
def installation() -> str:
    """The short code of this installation, made once."""
    row, _ = Installation.objects.get_or_create(pk=1, defaults={"code": secrets.token_hex(3)})
    return row.code


def marker(company: Company, entity: str, external_id: str) -> str:
    """The mark of one record of its side of origin; the same for every attempt to write it."""
    return f"tieout:{installation()}:{company.slug}:{entity}:{external_id}"


def leg_marker(mark: str, leg: int) -> str:
    """The mark of a further document of the same record."""
    return f"{mark}/{leg + 1}" if mark and leg else mark


def is_ours(mark: str, company: Company) -> bool:
    """Whether a mark is of this installation and company; another's document is never taken for ours."""
    return mark.startswith(f"tieout:{installation()}:{company.slug}:")
