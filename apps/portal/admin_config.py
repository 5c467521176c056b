"""Django's admin with our site in it; apart from `apps.py`, where Django would take it for the portal's own."""

from django.contrib.admin.apps import AdminConfig


class TieoutAdminConfig(AdminConfig):
    """Everything registers on our site."""

    default_site = "apps.portal.site.TieoutSite"
