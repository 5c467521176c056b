"""Where the demo keeps its state under var/, who signs in to it, and the environment its programs run in."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.db import connection

from apps.connections.models import Membership, Role

USER = "demo"
CODES_SHOWN = 5


def sandbox_folder() -> Path:
    """Where the pocket vendors keep their state."""
    return Path(settings.VAR_DIR) / "sandbox"


def who_file() -> Path:
    """Where the demo's password is kept."""
    return Path(settings.VAR_DIR) / "demo.json"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What somebody types to get in; `codes` work once each, in place of an authenticator app."""

    user: str
    password: str
    setup_key: str
    codes: list[str]


def before_sandbox(port: int) -> dict[str, str]:
    """The environment of every program of the demo, as far as it is known before the sandbox runs."""
    return {
        "LIMIT_SCALE": os.environ.get("LIMIT_SCALE", "100"),
        "DEBUG": "0",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "VAR_DIR": str(settings.VAR_DIR),
    }


#: Which setting is told by which value of the sandbox's ready file.
PLACES: Mapping[str, tuple[str, str]] = {
    "SYNCRO_API_URL": ("syncro", "api_url"),
    "QBO_API_URL": ("quickbooks_online", "api_url"),
    "QBO_DISCOVERY_URL": ("quickbooks_online", "discovery_url"),
    "QBO_CLIENT_ID": ("quickbooks_online", "client_id"),
    "QBO_CLIENT_SECRET": ("quickbooks_online", "client_secret"),
    "QBO_WEBHOOK_VERIFIER": ("quickbooks_online", "webhook_verifier"),
    "XERO_API_URL": ("xero", "api_url"),
    "XERO_IDENTITY_URL": ("xero", "identity_url"),
    "XERO_LOGIN_URL": ("xero", "login_url"),
    "XERO_CLIENT_ID": ("xero", "client_id"),
    "XERO_CLIENT_SECRET": ("xero", "client_secret"),
    "XERO_WEBHOOK_KEY": ("xero", "webhook_key"),
}


def with_sandbox(ready: Mapping[str, Any]) -> dict[str, str]:
    """Where the platforms are: the pocket ones."""
    return {name: str(ready[platform][value]) for name, (platform, value) in PLACES.items() if platform in ready}


def start_over() -> None:
    """Forget the demo: its tables, its shop, its password. Refused for a database that is not our own."""
    if settings.DATABASE_URL:
        raise CommandError(
            "--reset empties the database, so it only works on the embedded one: unset DATABASE_URL.", returncode=2
        )
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    shutil.rmtree(sandbox_folder(), ignore_errors=True)
    who_file().unlink(missing_ok=True)


def sign_in() -> SignIn:
    """The demo's administrator, made at the first start; new one-time codes at every start."""
    kept = _kept()
    user, _ = User.objects.get_or_create(
        username=USER, defaults={"email": "demo@example.com", "is_staff": True, "is_superuser": True}
    )
    if not user.check_password(kept["password"]):
        user.set_password(kept["password"])
        user.save()
    Membership.objects.get_or_create(user=user, company=None, defaults={"role": Role.ADMINISTRATOR})
    return SignIn(USER, kept["password"], kept["setup_key"], _second_factor(user, kept["setup_key"])[:CODES_SHOWN])


def _kept() -> dict[str, str]:
    path = who_file()
    if not path.exists():
        made = {"password": secrets.token_urlsafe(12), "setup_key": base64.b32encode(secrets.token_bytes(20)).decode()}
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(made, file)
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def _second_factor(user: User, setup_key: str) -> list[str]:
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, setup_key)
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    return codes
