"""The connections room as Django knows it."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """Gives the room its name in the admin, and its checks to `check`."""

    name = "apps.connections"
    verbose_name = "Connections"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks."""
        from apps.connections import checks  # noqa: F401
