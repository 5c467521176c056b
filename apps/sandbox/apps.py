"""The app of the pocket vendors; here only so that its command is found."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """Pocket vendors on loopback for the demo and the tests."""

    name = "apps.sandbox"
    verbose_name = "sandbox"
