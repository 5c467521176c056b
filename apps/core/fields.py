"""Fields of our models: money to the cent, and text that only this installation can read."""

from __future__ import annotations

import base64
import hashlib
import secrets
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

VERSION = "v1"
NONCE = 12  # bytes, as NIST SP 800-38D recommends for GCM


class MoneyField(models.DecimalField[Any, Any]):
    """An amount in the document's currency, to the cent; finer amounts (prices) say their own decimal_places."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)


class Unreadable(Exception):
    """A secret cannot be read: its key is not among FIELD_ENCRYPTION_KEYS, or somebody changed or moved it."""


def seal(text: str, place: str) -> str:
    """Encrypt with the first key; `place` (model.field) is bound in, so that a secret moved elsewhere is rejected."""
    key_id, key = next(iter(_keyring().items()))
    nonce = secrets.token_bytes(NONCE)
    sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), place.encode())
    return f"{VERSION}${key_id}${base64.b64encode(sealed).decode()}"


def unseal(sealed: str, place: str) -> str:
    """The text that was sealed for this place; Unreadable otherwise."""
    version, _, rest = sealed.partition("$")
    key_id, _, body = rest.partition("$")
    key = _keyring().get(key_id)
    if version != VERSION or key is None:
        raise Unreadable
    try:
        raw = base64.b64decode(body, validate=True)
        return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], place.encode()).decode()
    except (InvalidTag, ValueError):
        raise Unreadable from None


def is_current(sealed: str) -> bool:
    """Whether the first key sealed this."""
    return sealed.startswith(f"{VERSION}${next(iter(_keyring()))}$")


def _keyring() -> dict[str, bytes]:
    return _parsed(tuple(settings.FIELD_ENCRYPTION_KEYS))


@cache
def _parsed(texts: tuple[str, ...]) -> dict[str, bytes]:
    """Keys by id, the id being the beginning of the key's hash: nobody has to number them."""
    ring = {}
    for text in texts:
        try:
            key = base64.urlsafe_b64decode(text)
        except ValueError:
            key = b""
        if len(key) != 32:
            raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS: each key must be 32 bytes in URL-safe base64.")
        ring[hashlib.sha256(key).hexdigest()[:8]] = key
    if not ring:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS must hold at least one key.")
    return ring


class SealedTextField(models.TextField[Any, Any]):
    """Text that is stored encrypted (AES-256-GCM) and cannot be searched; empty text and NULL stay what they are."""

    description = "encrypted text"

    @property
    def place(self) -> str:
        """What the secret is bound to."""
        return f"{self.model._meta.label_lower}.{self.attname}"

    def get_prep_value(self, value: Any) -> Any:
        """Plain text on its way into the database."""
        return seal(str(value), self.place) if value else value

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        """Stored text on its way out."""
        return unseal(value, self.place) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        """Only isnull: two encryptions of one text differ, so any other comparison would silently find nothing."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be searched by {lookup_name}.")
        return super().get_lookup(lookup_name)
