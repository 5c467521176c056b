"""The app of the machine interfaces."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """What machines call."""

    name = "apps.api"
    verbose_name = "API"
