"""The app of mismatches and the tie-out."""

from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    """Where the two sides disagree, and the proof that every cent is explained."""

    name = "apps.reconciliation"
    verbose_name = "reconciliation"
