"""Secrets are readable by this installation alone, and only in the column they were written to."""

from __future__ import annotations

import base64
import os

import pytest
from django.core.exceptions import FieldError
from django.db import models
from pytest_django import Settings

from apps.core.fields import SealedTextField, Unreadable, is_current, seal, unseal


def new_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def test_a_secret_comes_back_as_it_was_and_never_looks_the_same_twice() -> None:
    once, again = seal("tökén", "a.b"), seal("tökén", "a.b")
    assert unseal(once, "a.b") == unseal(again, "a.b") == "tökén"
    assert once != again


def test_a_secret_moved_to_another_column_is_rejected() -> None:
    with pytest.raises(Unreadable):
        unseal(seal("token", "connection.token"), "connection.note")


def test_a_new_first_key_encrypts_and_the_old_one_still_decrypts(settings: Settings) -> None:
    old = seal("token", "a.b")
    settings.FIELD_ENCRYPTION_KEYS = [new_key(), *settings.FIELD_ENCRYPTION_KEYS]
    assert unseal(old, "a.b") == "token"
    assert not is_current(old)
    assert is_current(seal("token", "a.b"))


@pytest.mark.parametrize("broken", ["plain text", "v1$00000000$AAAA", "", "v1$$", "v2$a$b"])
def test_what_we_did_not_seal_cannot_be_read(broken: str) -> None:
    with pytest.raises(Unreadable):
        unseal(broken, "a.b")


def test_a_tampered_secret_cannot_be_read() -> None:
    sealed = seal("token", "a.b")
    with pytest.raises(Unreadable):
        unseal(sealed[:-6] + "AAAAAA", "a.b")


def test_an_encrypted_column_cannot_be_searched_by_mistake() -> None:
    field = SealedTextField(name="token")
    with pytest.raises(FieldError, match="encrypted"):
        field.get_lookup("exact")
    assert issubclass(field.get_lookup("isnull"), models.Lookup)
