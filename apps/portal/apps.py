"""The app of the portal."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    """The admin site itself, and the commands that run it."""

    name = "apps.portal"
    verbose_name = "portal"


class TieoutAdminConfig(AdminConfig):
    """Django's admin with our site as the one everything is registered on."""

    default_site = "apps.portal.site.TieoutSite"
