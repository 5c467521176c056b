"""Why a resolution could not be done."""

from __future__ import annotations


class CannotResolve(ValueError):
    """It cannot be done about this mismatch; the message is a sentence that says why, or what there is instead."""
