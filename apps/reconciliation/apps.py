"""The reconciliation room as Django knows it."""

from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    """Gives the room its name in the admin."""

    name = "apps.reconciliation"
    verbose_name = "Reconciliation"
    default_auto_field = "django.db.models.BigAutoField"
