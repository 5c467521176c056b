"""All settings, read from the environment: no secret is in here, and `env.py` tells a wrong value in one sentence."""

from __future__ import annotations

import base64
import os
import secrets
import socket
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from apps.portal.look import UNFOLD  # noqa: F401  # a setting of the admin's skin
from config.database import database
from config.env import env_bool, env_float, env_int, env_list, env_mail, env_secret, env_str

django_stubs_ext.monkeypatch()  # so that Paginator[Row], ModelAdmin[Row] and the like can be written

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env_str("VAR_DIR") or BASE_DIR / "var")
TESTING = env_bool("TIEOUT_TEST", default="PYTEST_VERSION" in os.environ)
DEBUG = env_bool("DEBUG")

# --- The database, and what follows from which one it is ---------------------------------------------------------

DATABASE_URL = env_str("DATABASE_URL")
DATABASES = {"default": database(DATABASE_URL, VAR_DIR, TESTING)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# On the embedded database (the demo, a try-out, the tests) keys are made where they are missing.
PLAYGROUND = TESTING or not DATABASE_URL
_KEYS = VAR_DIR / "keys"


def _new_field_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


SECRET_KEY = env_secret("SECRET_KEY", _KEYS / "secret_key" if PLAYGROUND else None, lambda: secrets.token_urlsafe(50))
# The first encrypts, all decrypt; `rotate_keys` brings every row to the first.
FIELD_ENCRYPTION_KEYS = [
    key.strip()
    for key in env_secret("FIELD_ENCRYPTION_KEYS", _KEYS / "field_keys" if PLAYGROUND else None, _new_field_key).split(
        ","
    )
]

# --- Where we are reached ----------------------------------------------------------------------------------------

PUBLIC_URL = (
    env_str("PUBLIC_URL") or ("http://127.0.0.1:8000" if PLAYGROUND or DEBUG else "https://localhost")
).rstrip("/")
_PUBLIC = urlsplit(PUBLIC_URL)
_LOOPBACK = ["localhost", "127.0.0.1", "[::1]"] if PLAYGROUND or DEBUG else []
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", sorted({_PUBLIC.hostname or "localhost", *_LOOPBACK}))
CSRF_TRUSTED_ORIGINS = [f"{_PUBLIC.scheme}://{_PUBLIC.netloc}"]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
HTTPS = _PUBLIC.scheme == "https"

# --- What the portal is made of ----------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "apps.portal.admin_config.TieoutAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "django_q",
    "pgtrigger",
    "pghistory",
    "csp",
    "apps.core",
    "apps.connections",
    "apps.mirror",
    "apps.mappings",
    "apps.sync",
    "apps.reconciliation",
    "apps.api",
    "apps.portal",
    "apps.sandbox",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pages shrink to a twentieth; CSRF tokens are masked against BREACH
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.connections.middleware.SecondFactorMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- People ------------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "apps.core.signin.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by an administrator
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "apps.core.signin.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Tieout"
SESSION_COOKIE_AGE = 12 * 60 * 60

# --- Browsers ----------------------------------------------------------------------------------------------------

# Unfold's Alpine evaluates strings, and its widgets set styles: without the two exceptions not even its log-in works.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SECURE_SSL_REDIRECT = True
    # Machines do not follow from a POST: they are told in their own language.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^webconnector/", r"^webhooks/"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
if PLAYGROUND:
    STATIC_ROOT.mkdir(
        parents=True, exist_ok=True
    )  # served from the apps themselves; whitenoise wants to see the folder
WHITENOISE_USE_FINDERS = PLAYGROUND or DEBUG  # nothing has to be collected first
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Words and numbers -------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- The queue ---------------------------------------------------------------------------------------------------

WORKERS = env_int("WORKERS", 2)
# A task must outlast the longest request (130 s), and the queue must not hand it out again meanwhile. Whether
# something is tried again is decided by our own rows, so the queue tries once; its clock runs from the moment
# a task is fetched, so none are fetched ahead.
_ONE_AT_A_TIME = {"timeout": 200, "retry": 600, "bulk": 1, "queue_limit": 1}
Q_CLUSTER = {
    "name": "tieout",
    "orm": "default",
    "broker_class": "apps.core.broker.PgSkip",
    "workers": WORKERS,
    **_ONE_AT_A_TIME,
    "ack_failures": True,
    "max_attempts": 1,
    "catch_up": False,
    "save_limit": -1,  # our runs are the history; failures are kept all the same
    "recycle": 500,
    "max_rss": 300_000,
    "poll": 0.2,
    "label": "Queue",
    "ALT_CLUSTERS": {"interactive": {"workers": 1, **_ONE_AT_A_TIME}},
}
# Shared by all processes: sign-in limits that each process counted for itself would let several times as many through.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"}}

# --- What we say -------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "redacted": {
            "()": "apps.core.redact.RedactingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "redacted"}},
    "root": {"handlers": ["stderr"], "level": env_str("LOG_LEVEL", "WARNING").upper()},
    "loggers": {
        "django": {"handlers": [], "level": env_str("LOG_LEVEL", "WARNING").upper(), "propagate": True},
        "django.server": {"handlers": ["stderr"], "level": "INFO" if DEBUG else "WARNING", "propagate": False},
        "django-q": {"handlers": ["stderr"], "level": env_str("LOG_LEVEL", "WARNING").upper(), "propagate": False},
    },
}
globals().update(env_mail("EMAIL_URL"))

# --- The platforms: set by whoever runs the installation, never from the web --------------------------------------

SYNCRO_API_URL = env_str("SYNCRO_API_URL", "https://{subdomain}.syncromsp.com/api/v1")
QBO_CLIENT_ID = env_str("QBO_CLIENT_ID")
QBO_CLIENT_SECRET = env_str("QBO_CLIENT_SECRET")
QBO_WEBHOOK_VERIFIER = env_str("QBO_WEBHOOK_VERIFIER")
QBO_API_URL = env_str("QBO_API_URL", "https://quickbooks.api.intuit.com")
QBO_DISCOVERY_URL = env_str("QBO_DISCOVERY_URL", "https://developer.intuit.com/.well-known/openid_configuration/")
XERO_CLIENT_ID = env_str("XERO_CLIENT_ID")
XERO_CLIENT_SECRET = env_str("XERO_CLIENT_SECRET")
XERO_WEBHOOK_KEY = env_str("XERO_WEBHOOK_KEY")
XERO_API_URL = env_str("XERO_API_URL", "https://api.xero.com")
XERO_IDENTITY_URL = env_str("XERO_IDENTITY_URL", "https://identity.xero.com")
XERO_LOGIN_URL = env_str("XERO_LOGIN_URL", "https://login.xero.com")
EGRESS_ADDRESS = env_str("EGRESS_ADDRESS") or socket.gethostname()
LIMIT_SCALE = env_float("LIMIT_SCALE", 1.0)
# What LIMIT_SCALE may not divide below, in seconds: a lease must outlast a slow machine, and the trust in an absence a
# vendor's answer on its way to us.
SHORTEST_LEASE, SHORTEST_TRUST = 8.0, 4.0
