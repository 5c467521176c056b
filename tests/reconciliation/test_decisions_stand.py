"""A decision, once written down, stands: neither changed nor deleted, not even in bulk."""

from __future__ import annotations

import pytest
from django.db.utils import DatabaseError

from apps.connections.models import Company
from apps.reconciliation.models import Decision, Mismatch


@pytest.fixture
def decision(db: None) -> Decision:
    company = Company.objects.create(slug="acme", name="Acme", books_platform="quickbooks_online")
    item = Mismatch.objects.create(company=company, kind="refund", subject="x", entity="invoice", sentence="A refund.")
    return Decision.objects.create(mismatch=item, resolution="ignore")


def test_it_cannot_be_changed(decision: Decision) -> None:
    with pytest.raises(DatabaseError):
        Decision.objects.update(note="otherwise")


def test_it_cannot_be_deleted(decision: Decision) -> None:
    with pytest.raises(DatabaseError):
        decision.delete()
