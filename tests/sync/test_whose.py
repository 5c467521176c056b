"""A document of which nobody says whose it is waits for a person, in words."""

from __future__ import annotations

import pytest

from apps.platforms.base import Side
from apps.sync.compose.desk import Desk, Held


def test_a_document_without_a_customer_is_held_in_words() -> None:
    with pytest.raises(Held, match="Nothing says whose it is"):
        object.__new__(Desk).customer(Side.SYNCRO, "")
