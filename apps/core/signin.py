"""How people sign in: accounts are made by an administrator, and second factors are stored encrypted."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from apps.core.fields import seal, unseal

PLACE = "mfa.authenticator"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Always closed."""
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth keeps TOTP secrets and recovery seeds in plain text unless told how to seal them."""

    def encrypt(self, text: str) -> str:
        """As stored."""
        return seal(text, PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        """As used."""
        return unseal(encrypted_text, PLACE)
