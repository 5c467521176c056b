"""The sync room as Django knows it."""

from django.apps import AppConfig


class SyncConfig(AppConfig):
    """Gives the room its name in the admin."""

    name = "apps.sync"
    verbose_name = "Sync"
    default_auto_field = "django.db.models.BigAutoField"
