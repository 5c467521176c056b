"""Getting in, staying in, and being told to slow down."""

import base64
import json
import threading
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from apps.sandbox.control import ControlError

from .desk import Desk

Clock = Callable[[float], None]
BACK = "https://portal.example/cb"
FEW = "offline_access openid accounting.invoices"


def ask(desk: Desk, **words: str) -> httpx.Response:
    query = {"client_id": desk.keys["client_id"], "response_type": "code", "redirect_uri": BACK, "state": "s1"}
    return desk.http.get(f"{desk.url}/identity/connect/authorize", params={"scope": FEW, **query, **words})


def words_of(answer: httpx.Response) -> dict[str, list[str]]:
    return parse_qs(urlsplit(answer.headers["location"]).query)


def test_consent_leads_back_with_a_code_that_works_once(desk: Desk) -> None:
    desk.control.registration(redirect_uris=[BACK])
    words = words_of(ask(desk))
    assert words["state"] == ["s1"]
    form = {"grant_type": "authorization_code", "code": words["code"][0], "redirect_uri": BACK}
    answer = desk.token(**form).json()
    assert (answer["expires_in"], answer["token_type"]) == (1800, "Bearer")
    assert desk.token(**form).json() == {"error": "invalid_grant"}
    claims = answer["access_token"].split(".")[1]
    event = json.loads(base64.urlsafe_b64decode(claims + "=="))["authentication_event_id"]
    bearer = {"Authorization": f"Bearer {answer['access_token']}"}
    assert desk.http.get(f"{desk.url}/connections?authEventId={event}", headers=bearer).json() == []
    found = desk.http.get(f"{desk.url}/Connections", headers=bearer).json()
    assert [(each["tenantId"], each["tenantType"]) for each in found] == [(desk.tenant, "ORGANISATION")]


def test_unknown_addresses_and_old_scopes_are_refused(desk: Desk) -> None:
    assert ask(desk).status_code == 400
    desk.control.registration(redirect_uris=[BACK])
    for scope in ("accounting.transactions", "accounting.reports.read", "accounting.nothing"):
        assert words_of(ask(desk, scope=f"offline_access {scope}"))["error"] == ["invalid_scope"]
    assert words_of(ask(desk, deny="1"))["error"] == ["access_denied"]
    with pytest.raises(ControlError, match="https"):
        desk.control.registration(redirect_uris=["http://127.0.0.1:8000/cb"])


def test_several_organisations_are_chosen_from(desk: Desk) -> None:
    other = desk.control.new_company(name="Other & Sons")["tenant"]
    desk.control.registration(redirect_uris=[BACK])
    assert "Other &amp; Sons" in ask(desk).text
    assert words_of(ask(desk, tenant=other))["code"]


def test_a_rotated_refresh_token_may_be_sent_again_for_half_an_hour(desk: Desk, clock: Clock) -> None:
    first = desk.keys["refresh_token"]
    second = desk.refresh(first).json()["refresh_token"]
    assert second != first
    assert desk.refresh(first).json()["refresh_token"] == second
    clock(30 * 60)
    assert desk.refresh(first).json() == {"error": "invalid_grant"}
    clock(60 * 86_400 + 1)
    assert desk.refresh(second).json() == {"error": "invalid_grant"}


def test_access_tokens_live_half_an_hour(desk: Desk, clock: Clock) -> None:
    clock(1801)
    assert desk.send("GET", "Organisation").status_code == 401
    desk.sign_in()
    assert desk.send("GET", "Organisation").status_code == 200
    desk.control.expire_tokens()
    answer = desk.send("GET", "Organisation")
    assert (answer.status_code, answer.json()["Title"]) == (401, "Unauthorized")


def test_revocation_takes_every_connection(desk: Desk) -> None:
    token = {"token": desk.keys["refresh_token"]}
    keys = (desk.keys["client_id"], desk.keys["client_secret"])
    assert desk.http.post(f"{desk.url}/connect/revocation", data=token, auth=keys).status_code == 200
    assert desk.send("GET", "Organisation").status_code == 401
    assert desk.refresh(token["token"]).json() == {"error": "invalid_grant"}


def test_a_deleted_connection_closes_one_organisation(desk: Desk) -> None:
    bearer = {"Authorization": desk.http.headers["Authorization"]}
    key = desk.http.get(f"{desk.url}/connections", headers=bearer).json()[0]["id"]
    assert desk.http.delete(f"{desk.url}/connections/{key}", headers=bearer).status_code == 204
    assert desk.send("GET", "Organisation").status_code == 403
    assert desk.http.get(f"{desk.url}/connections", headers=bearer).json() == []


def test_a_scope_that_is_missing_is_told(open_company: Callable[..., Desk]) -> None:
    desk = open_company()
    desk.control.revoke()
    desk.keys = desk.control.grant(scopes="offline_access accounting.invoices accounting.contacts.read")
    desk.sign_in()
    answer = desk.send("GET", "Payments")
    assert (answer.status_code, "insufficient_scope" in answer.headers["www-authenticate"]) == (403, True)
    assert desk.send("GET", "Contacts").status_code == 200
    assert desk.send("PUT", "Contacts", {"Name": "A"}).status_code == 403
    desk.control.setting(name="missing_scope_status", value=401)
    assert desk.send("GET", "Payments").status_code == 401


def test_a_wrong_tenant_and_a_missing_agent_are_forbidden(desk: Desk) -> None:
    assert desk.send("GET", "Organisation", headers={"xero-tenant-id": "nobody"}).status_code == 403
    answer = desk.send("GET", "Organisation", headers={"User-Agent": ""})
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html")


def test_whoever_does_not_ask_for_json_gets_xml(desk: Desk) -> None:
    answer = desk.send("GET", "Organisation", headers={"Accept": "*/*"})
    assert answer.text.startswith("<Response><Id>")


def test_sixty_calls_a_minute(desk: Desk, clock: Clock) -> None:
    desk.control.setting(name="limit_scale", value=1)
    clock(60)
    answers = [desk.send("GET", "Organisation") for _ in range(61)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    assert [answers[n].headers["x-minlimit-remaining"] for n in (0, 59, 60)] == ["59", "0", "0"]
    last = answers[-1]
    assert (last.json(), last.headers["x-rate-limit-problem"]) == ({}, "minute")
    clock(int(last.headers["retry-after"]))
    assert desk.send("GET", "Organisation").status_code == 200


def test_the_day_has_an_end(desk: Desk) -> None:
    desk.control.setting(name="day_limit", value=1)
    desk.control.setting(name="limit_scale", value=3)
    answers = [desk.send("GET", "Organisation") for _ in range(4)]
    assert answers[-1].headers["x-rate-limit-problem"] == "day"
    assert int(answers[-1].headers["retry-after"]) > 0
    assert answers[0].headers["x-daylimit-remaining"] == "2"


def test_five_at_a_time(desk: Desk) -> None:
    desk.control.setting(name="limit_scale", value=1)
    desk.control.delay_next(1.0, path="Organisation", times=9)
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(desk.send("GET", "Organisation").status_code))
               for _ in range(8)]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 5 + [429] * 3


def test_maintenance_speaks_plainly(desk: Desk) -> None:
    desk.control.fault(kind="status", status=503, body="The organisation is offline")
    assert desk.send("GET", "Organisation").status_code == 503
    assert desk.send("GET", "Organisation").status_code == 200
