"""The mirror room as Django knows it."""

from django.apps import AppConfig


class MirrorConfig(AppConfig):
    """Gives the room its name in the admin."""

    name = "apps.mirror"
    verbose_name = "Mirror"
    default_auto_field = "django.db.models.BigAutoField"
