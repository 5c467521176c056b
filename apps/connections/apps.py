"""The app of accounts and companies."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """Accounts on the platforms, the companies they make up, and who may see what."""

    name = "apps.connections"
    verbose_name = "connections"
