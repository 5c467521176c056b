"""Every feature is told once per platform of the books."""

from __future__ import annotations

import pytest

from tests.features.ledger import LEDGERS, Ledger
from tests.world import World


@pytest.fixture(params=list(LEDGERS))
def books(request: pytest.FixtureRequest, world: World) -> Ledger:
    """The books of the world as their bookkeeper sees them."""
    assert world.company.books_platform == request.param
    return LEDGERS[request.param](world.books)
