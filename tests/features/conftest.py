"""Every feature is told once per platform of the books."""

from __future__ import annotations

import pytest

from tests.features.ledger import LEDGERS, Ledger
from tests.world import World


@pytest.fixture(params=list(LEDGERS))
def platform(request: pytest.FixtureRequest) -> str:
    """Each books platform in turn."""
    return str(request.param)


@pytest.fixture
def books(world: World) -> Ledger:
    """The books of the world as their bookkeeper sees them."""
    return world.ledger
