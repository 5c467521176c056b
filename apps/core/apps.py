"""The app of the small things everyone uses."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Heartbeats of workers, and the checks of the installation as a whole."""

    name = "apps.core"
    verbose_name = "installation"
