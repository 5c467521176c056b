"""The addresses at which machines knock: what we tell vendors, and what apps.api serves."""

from __future__ import annotations

from django.conf import settings

from apps.connections.models import Connection
from apps.connections.vault import fingerprint, new_password
from apps.platforms.registry import PLATFORMS


def webconnector_address(slug: str) -> str:
    """Where the program that fetches a company's letters calls."""
    return f"{settings.PUBLIC_URL}/webconnector/{slug}/"


def webhook_address(platform: str, secret: str = "") -> str:
    """Where a platform sends its notifications; "" when it sends none, or when its address holds a secret not given."""
    entry = PLATFORMS[platform]
    if entry.webhook_in_address:
        return f"{settings.PUBLIC_URL}/webhooks/{entry.short}/{secret}/" if secret else ""
    return f"{settings.PUBLIC_URL}/webhooks/{entry.short}/" if entry.webhook_key else ""


def new_webhook(connection: Connection) -> str:
    """A new address for the notifications of one account, told this once; the one before it is shut."""
    secret = new_password()
    connection.options = {**connection.options, "webhook": fingerprint(secret)}
    connection.save(update_fields=["options"])
    return webhook_address(connection.platform, secret)


def first_webhook(connection: Connection | None) -> str:
    """The address for a connection that has none yet, or the one all accounts share; "" otherwise."""
    if connection is None or "webhook" in connection.options:
        return ""
    if PLATFORMS[connection.platform].webhook_in_address:
        return new_webhook(connection)
    return webhook_address(connection.platform)


def behind_webhook(platform: str, secret: str) -> Connection | None:
    """The connection whose notifications come by this address."""
    rows = Connection.objects.filter(platform=platform, active=True, options__webhook=fingerprint(secret))
    return rows.first()
