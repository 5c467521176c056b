"""The mappings room as Django knows it."""

from django.apps import AppConfig


class MappingsConfig(AppConfig):
    """Gives the room its name in the admin."""

    name = "apps.mappings"
    verbose_name = "Mappings"
    default_auto_field = "django.db.models.BigAutoField"
