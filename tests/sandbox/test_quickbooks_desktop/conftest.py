"""A pocket with one US company file."""

from pathlib import Path

import pytest

from apps.sandbox.quickbooks_desktop.app import PocketDesktop
from apps.sandbox.store import Store

from .desk import SPECS, Desk


@pytest.fixture
def app(tmp_path: Path) -> PocketDesktop:
    return PocketDesktop(Store(tmp_path / "pocket.db"))


@pytest.fixture
def desk(app: PocketDesktop) -> Desk:
    return Desk(app)


@pytest.fixture
def specs() -> Path:
    if not SPECS.is_dir():
        pytest.skip(f"the vendor's files do not lie at {SPECS}")
    return SPECS
