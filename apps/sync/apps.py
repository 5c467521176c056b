"""The app of the engine."""

from django.apps import AppConfig


class SyncConfig(AppConfig):
    """The verbs: pull, compose, push, settle."""

    name = "apps.sync"
    verbose_name = "sync"
