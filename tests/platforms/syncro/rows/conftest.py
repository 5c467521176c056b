"""Syncro's side of the feature rows: a company whose Syncro alone is read."""

from __future__ import annotations

from typing import Any

import pytest

from apps.sandbox.control import Control
from tests.conftest import Street
from tests.platforms.syncro.reader import Reader


@pytest.fixture
def reader(transactional_db: None, settings: Any, street: Street) -> Reader:
    """A company tied to a small account with a customer, a vendor and a product on stock."""
    server = street.at("syncro")
    settings.LIMIT_SCALE, settings.SYNCRO_API_URL = 1000.0, f"{server.url}/api/v1"
    control = Control(server.url)
    control.setting(name="limit_scale", value=1000.0)
    return Reader(control)
