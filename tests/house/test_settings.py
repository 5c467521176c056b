"""A wrong or missing setting is told in one sentence, and production never makes its own keys."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.env import env_secret
from tests.house.source import ROOT

PRODUCTION = {
    "DATABASE_URL": "postgresql://tieout:p%40ss@db.test:5433/books?sslmode=require",
    "SECRET_KEY": "k" * 60,
    "FIELD_ENCRYPTION_KEYS": "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
    "PUBLIC_URL": "https://tieout.test",
}
SHOW = (
    "import json, sys; from config import settings;"
    "print(json.dumps({n: getattr(settings, n) for n in sys.argv[1:]}, default=str))"
)


def settings(*names: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "TIEOUT_TEST": "0", **environment}
    return subprocess.run(
        [sys.executable, "-c", SHOW, *names], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


def test_production_is_secure_as_it_comes() -> None:
    names = ("DEBUG", "SESSION_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "ALLOWED_HOSTS", "PLAYGROUND")
    seen = json.loads(settings(*names, **PRODUCTION).stdout)
    assert seen == {
        "DEBUG": False, "SESSION_COOKIE_SECURE": True, "SECURE_SSL_REDIRECT": True, "ALLOWED_HOSTS": ["tieout.test"],
        "PLAYGROUND": False,
    }  # fmt: skip


def test_a_database_address_is_taken_apart() -> None:
    database = json.loads(settings("DATABASES", **PRODUCTION).stdout)["DATABASES"]["default"]
    assert [database[key] for key in ("HOST", "PORT", "NAME", "USER", "PASSWORD")] == [
        "db.test",
        "5433",
        "books",
        "tieout",
        "p@ss",
    ]
    assert database["OPTIONS"]["sslmode"] == "require"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"FIELD_ENCRYPTION_KEYS": ""}, "FIELD_ENCRYPTION_KEYS is not set"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL must look like"),
        ({"LIMIT_SCALE": "0"}, "LIMIT_SCALE must be a number above zero"),
        ({"WORKERS": "many"}, "WORKERS must be a whole number"),
        ({"DEBUG": "perhaps"}, "DEBUG must be 1 or 0"),
        ({"EMAIL_URL": "pigeon://x"}, "EMAIL_URL must begin with"),
        ({"SECRET_KEY": "", "SECRET_KEY_FILE": "/nowhere"}, "is not set"),
    ],
)
def test_a_wrong_setting_is_told_in_a_sentence(change: dict[str, str], sentence: str) -> None:
    said = settings("DEBUG", **{**PRODUCTION, **change})
    assert said.returncode != 0
    assert sentence in said.stderr.strip().splitlines()[-1]


def test_a_secret_can_be_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("SOME_SECRET_FILE", str(tmp_path / "secret"))
    assert env_secret("SOME_SECRET") == "from a file"


def test_a_made_secret_is_made_once_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    made = iter(["first", "second"])
    assert [env_secret("NO_SUCH", tmp_path / "keys" / "k", lambda: next(made)) for _ in range(2)] == ["first", "first"]
    assert (tmp_path / "keys" / "k").stat().st_mode & 0o777 == 0o600
