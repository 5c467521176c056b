"""For stories of things that go wrong: short leases, and wires that break where a story wants it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.features.ledger import Ledger
from tests.world import World


@pytest.fixture
def hasty(world: World, settings: Any) -> World:
    """A world in which a lease and the trust in an absence take a moment instead of minutes."""
    settings.SHORTEST_LEASE, settings.SHORTEST_TRUST = 1.0, 0.3
    return world


@pytest.fixture
def books(world: World) -> Ledger:
    """The books of the world as their bookkeeper sees them."""
    return world.ledger
