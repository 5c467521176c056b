"""The app of the portal."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The admin site itself, and the commands that run it."""

    name = "apps.portal"
    verbose_name = "portal"
