"""The room of machines as Django knows it."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """No tables: whoever calls here leaves a hint or a letter with the rooms below."""

    name = "apps.api"
    label = "api"
    verbose_name = "Machines"
