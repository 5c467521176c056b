"""Reads the environment: a setting may also be in a file named by NAME_FILE; a wrong value is told in one sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}
MAIL_BACKENDS = {
    "console": "django.core.mail.backends.console.EmailBackend",
    "file": "django.core.mail.backends.filebased.EmailBackend",
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
    "smtps": "django.core.mail.backends.smtp.EmailBackend",
}


def _read(name: str) -> str | None:
    """The value of NAME, or what the file at NAME_FILE holds; None when neither is set."""
    if name in os.environ:
        return os.environ[name]
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error.strerror}.") from error


def env_str(name: str, default: str = "") -> str:
    """The text of NAME."""
    value = _read(name)
    return default if value is None else value


def env_bool(name: str, default: bool = False) -> bool:
    """True for 1/true/yes/on, False for 0/false/no/off and the empty text."""
    value = _read(name)
    if value is None:
        return default
    if value.lower() in TRUE | FALSE:
        return value.lower() in TRUE
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def env_int(name: str, default: int) -> int:
    """A whole number."""
    value = _read(name)
    try:
        return int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def env_float(name: str, default: float) -> float:
    """A number above zero."""
    value = _read(name)
    try:
        number = float(value) if value else default
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise ImproperlyConfigured(f"{name} must be a number above zero, not {value!r}.")
    return number


def env_list(name: str, default: list[str] | None = None) -> list[str]:
    """Comma-separated words; empty ones are dropped."""
    value = _read(name)
    if value is None:
        return list(default or [])
    return [word.strip() for word in value.split(",") if word.strip()]


def env_secret(name: str, make_at: Path | None = None, make: Callable[[], str] | None = None) -> str:
    """A secret that must exist: from the environment, or made once in the file `make_at` where that is allowed."""
    value = _read(name)
    if value:
        return value
    if make_at is not None and make is not None:
        return _made_once(make_at, make)
    raise ImproperlyConfigured(
        f"{name} is not set. Set {name}, or {name}_FILE to a file that holds it; only the demo and the tests, "
        "which run on the embedded database, make their own."
    )


def _made_once(path: Path, make: Callable[[], str]) -> str:
    """The secret in `path`; processes that race for the first start all get the same one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(make())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first: its secret counts
        finally:
            draft.unlink()
    return path.read_text()


def env_mail(name: str) -> dict[str, Any]:
    """Django's EMAIL_* settings from an address such as smtp://user:password@host:587?tls=1; console: by default."""
    url = urlsplit(env_str(name) or "console:")
    if url.scheme not in MAIL_BACKENDS:
        raise ImproperlyConfigured(f"{name} must begin with one of {', '.join(MAIL_BACKENDS)}, not {url.scheme!r}.")
    query = dict(parse_qsl(url.query))
    settings: dict[str, Any] = {
        "EMAIL_BACKEND": MAIL_BACKENDS[url.scheme],
        "EMAIL_HOST": url.hostname or "localhost",
        "EMAIL_PORT": url.port or (465 if url.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_SSL": url.scheme == "smtps",
        "EMAIL_USE_TLS": query.get("tls", "0") in TRUE,
        "EMAIL_TIMEOUT": 20,
    }
    if url.scheme == "file":
        settings["EMAIL_FILE_PATH"] = unquote(url.path)
    if "from" in query:
        settings["DEFAULT_FROM_EMAIL"] = settings["SERVER_EMAIL"] = query["from"]
    return settings
