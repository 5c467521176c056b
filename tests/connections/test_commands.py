"""The commands: exit codes, one JSON object, a sentence for what went wrong."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command, load_command_class

from apps.connections.models import ApiCall, Company, Connection, ConnectionState
from apps.connections.policies import Policies
from apps.connections.vault import ConnectionTokens
from tests.connections.vendor import Vendor

pytestmark = pytest.mark.django_db(transaction=True)


def run(*words: str) -> Any:
    """What a command prints with --json."""
    out = StringIO()
    call_command(*words, "--json", stdout=out)
    return json.loads(out.getvalue())


def refused(*words: str) -> tuple[int, str]:
    """Exit code and sentence of a command that fails."""
    with pytest.raises(CommandError) as told:
        call_command(*words, stdout=StringIO())
    return told.value.returncode, str(told.value)


@pytest.fixture
def acme() -> Company:
    """A company with nothing connected."""
    return Company.objects.create(slug="acme", name="Acme", books_platform="quickbooks_online")


@pytest.fixture
def token(tmp_path: Path) -> Path:
    """A file with the token that the vendor takes."""
    path = tmp_path / "token"
    path.write_text("right\n")
    return path


def test_a_company_is_made_and_listed() -> None:
    made = run("company", "create", "acme", "--books", "qbo", "--name", "Acme", "--start-date", "2026-01-01")
    assert made == run("company", "list")
    company = made["companies"][0]
    assert (company["company"], company["name"], company["books"]) == ("acme", "Acme", "qbo")
    assert (company["currency"], company["start_date"]) == ("USD", "2026-01-01")


def test_a_company_that_exists_or_has_a_bad_name_is_a_usage_error(acme: Company) -> None:
    assert refused("company", "create", "acme", "--books", "qbo") == (2, "Company with this Slug already exists.")
    assert refused("company", "create", "Ac me", "--books", "qbo") == (2, "Small letters, digits and dashes.")


def test_a_policy_is_set_from_a_shell(acme: Company) -> None:
    load_command_class("apps.connections", "policy").run_from_argv(["manage.py", "policy", "acme", "refunds=review"])
    assert Policies.of(acme).get("refunds") == "review"


def test_a_day_that_is_none_is_said_in_words() -> None:
    _, sentence = refused("company", "create", "acme", "--books", "qbo", "--start-date", "soon")
    assert "'soon' is no day; write it like 2026-01-31" in sentence


@pytest.mark.parametrize("words", [["policy", "nope"], ["doctor", "nope"], ["mapping", "nope", "list"]])
def test_an_unknown_company_is_named_with_those_there_are(acme: Company, words: list[str]) -> None:
    assert refused(*words) == (2, "There is no company 'nope'. Companies: acme.")


def test_policies_are_set_all_or_none(acme: Company) -> None:
    assert run("policy", "acme", "refunds=review")["policies"]["refunds"] == "review"
    code, sentence = refused("policy", "acme", "refunds=auto", "payments_in=perhaps")
    assert (code, sentence) == (2, "payments_in cannot be 'perhaps'; it is auto, review or off.")
    assert Policies.of(acme).get("refunds") == "review"


def test_a_right_token_connects(acme: Company, vendor: Vendor, token: Path) -> None:
    said = run("connect", "acme", "syncro", "--subdomain", "acme", "--token-file", str(token))
    assert said["title"] == "acme"
    acme.refresh_from_db()
    assert acme.syncro is not None
    assert acme.syncro.state == ConnectionState.CONNECTED
    assert ConnectionTokens(acme.syncro).read().access == "right"
    assert Connection.objects.count() == 1


def test_a_missing_permission_is_said_with_what_it_costs(acme: Company, vendor: Vendor, token: Path) -> None:
    vendor.answers["payments"] = (401, {"error": "Not authorized"})
    said = run("connect", "acme", "syncro", "--subdomain", "acme", "--token-file", str(token))
    assert list(said["missing"]) == ["Payments - View List"]
    assert "Does not work: Payments sent to the books (F07); " in said["missing"]["Payments - View List"]
    assert Connection.objects.get().missing == said["missing"]


def test_staff_say_when_a_token_expires_and_the_next_one_forgets_it(acme: Company, vendor: Vendor, token: Path) -> None:
    words = ("connect", "acme", "syncro", "--subdomain", "acme", "--token-file", str(token))
    run(*words, "--expires", "2027-01-31")
    said = ConnectionTokens(Connection.objects.get()).read().expires_at
    assert said is not None
    assert said.isoformat() == "2027-01-31T00:00:00+00:00"
    run(*words)
    assert ConnectionTokens(Connection.objects.get()).read().expires_at is None


def test_a_wrong_token_changes_nothing(acme: Company, vendor: Vendor, token: Path) -> None:
    token.write_text("wrong")
    code, sentence = refused("connect", "acme", "syncro", "--subdomain", "acme", "--token-file", str(token))
    assert code == 3
    assert "does not accept the token" in sentence
    assert not Connection.objects.exists()


def test_a_wrong_new_token_leaves_the_old_sign_in(acme: Company, vendor: Vendor, token: Path) -> None:
    call_command("connect", "acme", "syncro", "--subdomain=acme", f"--token-file={token}", stdout=StringIO())
    token.write_text("wrong")
    assert refused("connect", "acme", "syncro", "--subdomain", "acme", "--token-file", str(token))[0] == 3
    assert ConnectionTokens(Connection.objects.get()).read().access == "right"


def test_connecting_again_keeps_the_connection_and_all_its_calls(acme: Company, vendor: Vendor, token: Path) -> None:
    words = ("connect", "acme", "syncro", "--subdomain", "acme", "--token-file", str(token))
    run(*words)
    first, calls = Connection.objects.get(), ApiCall.objects.count()
    run(*words)
    assert Connection.objects.get() == first
    assert ApiCall.objects.filter(connection=first).count() == 2 * calls


def test_a_vendor_that_is_down_is_exit_code_four(acme: Company, vendor: Vendor, token: Path) -> None:
    vendor.answers["me"] = (503, {})
    assert refused("connect", "acme", "syncro", "--subdomain", "acme", "--token-file", str(token))[0] == 4
    acme.refresh_from_db()
    assert acme.syncro is None


def test_an_account_belongs_to_one_company(acme: Company, vendor: Vendor, token: Path) -> None:
    run("connect", "acme", "syncro", "--subdomain", "acme", "--token-file", str(token))
    Company.objects.create(slug="other", name="Other", books_platform="quickbooks_online")
    told = refused("connect", "other", "syncro", "--subdomain", "acme", "--token-file", str(token))
    assert told == (2, "The Syncro account acme already belongs to another company.")
    code, sentence = refused("connect", "acme", "syncro", "--subdomain", "beta", "--token-file", str(token))
    assert code == 2
    assert "Make another company for beta" in sentence


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["syncro", "--subdomain", "acme"], "needs --subdomain and --token-file"),
        (["qbo", "--realm", "1"], "needs --realm and --refresh-token-file"),
        (["syncro", "--subdomain", "acme", "--token-file", "nowhere"], "nowhere cannot be read: No such file"),
        (["syncro", "--subdomain", "a.b/c", "--token-file", "TOKEN"], "has only small letters, digits and dashes"),
    ],
)
def test_wrong_usage_is_a_sentence(acme: Company, token: Path, words: list[str], sentence: str) -> None:
    code, told = refused("connect", "acme", *[word.replace("TOKEN", str(token)) for word in words])
    assert code == 2
    assert sentence in told


def test_the_doctor_says_what_is_red_and_how_to_cure_it(acme: Company) -> None:
    out = StringIO()
    with pytest.raises(CommandError) as told:
        call_command("doctor", "acme", "--json", stdout=out)
    checks = {check["name"]: check for check in json.loads(out.getvalue())["checks"]}
    assert told.value.returncode == 5
    assert checks["database"]["ok"]
    assert checks["keys"]["ok"]
    assert (checks["worker"]["ok"], checks["worker"]["cure"]) == (False, "Start `manage.py run_worker`.")
    assert checks["acme: Syncro"]["cure"] == "Connect it again: `connect acme syncro ...`."
    assert checks["acme: mappings"]["ok"]
