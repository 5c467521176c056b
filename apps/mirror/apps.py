"""The app of mirror rows and links."""

from django.apps import AppConfig


class MirrorConfig(AppConfig):
    """What either side last told us: no network, no decisions."""

    name = "apps.mirror"
    verbose_name = "mirror"
