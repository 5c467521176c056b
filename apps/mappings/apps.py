"""The app of mappings."""

from django.apps import AppConfig


class MappingsConfig(AppConfig):
    """Choices staff make: which account, tax, class, item and deposit account."""

    name = "apps.mappings"
    verbose_name = "mappings"
