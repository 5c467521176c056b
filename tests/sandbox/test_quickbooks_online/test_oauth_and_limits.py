"""Getting in, staying in, and being told to slow down."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx

from .desk import Desk


def test_consent_leads_back_with_a_code_that_works_once(desk: Desk) -> None:
    found = httpx.get(f"{desk.url}/.well-known/openid_sandbox_configuration").json()
    query = {"client_id": desk.keys["client_id"], "response_type": "code", "state": "s1", "redirect_uri": "http://x/cb"}
    page = httpx.get(found["authorization_endpoint"], params=query)
    assert "Pocket Company" in page.text
    back = httpx.get(found["authorization_endpoint"], params={**query, "realm": desk.realm}).headers["location"]
    words = parse_qs(urlsplit(back).query)
    assert (words["state"], words["realmId"]) == (["s1"], [desk.realm])
    form = {"grant_type": "authorization_code", "code": words["code"][0], "redirect_uri": "http://x/cb"}
    assert desk.token(**form).json()["expires_in"] == 3600
    assert desk.token(**form).json() == {"error": "invalid_grant"}


def test_an_old_refresh_token_lives_until_the_new_one_is_used(desk: Desk) -> None:
    first = desk.keys["refresh_token"]
    second = desk.refresh(first).json()["refresh_token"]
    assert second != first
    assert desk.refresh(first).json()["refresh_token"] == second
    assert desk.refresh(second).status_code == 200
    assert desk.refresh(first).json() == {"error": "invalid_grant"}


def test_an_old_refresh_token_dies_after_a_day(desk: Desk) -> None:
    first, now = desk.keys["refresh_token"], desk.app.clock()
    desk.refresh(first)
    desk.app.clock = lambda: now + 25 * 3600
    assert desk.refresh(first).status_code == 400


def test_expired_and_revoked_tokens_meet_the_gateway(desk: Desk) -> None:
    desk.control.expire_tokens()
    answer = desk.http.get("/preferences")
    assert (answer.status_code, answer.json()["fault"]["error"][0]["code"]) == (401, "3200")
    desk.sign_in()
    assert desk.http.get("/preferences").status_code == 200
    keys = (desk.keys["client_id"], desk.keys["client_secret"])
    token = {"token": desk.keys["refresh_token"]}
    assert httpx.post(f"{desk.url}/v2/oauth2/tokens/revoke", json=token, auth=keys).status_code == 200
    assert desk.http.get("/preferences").status_code == 401
    assert desk.refresh(token["token"]).json() == {"error": "invalid_grant"}


def test_a_token_opens_only_its_own_company(open_company: Callable[..., Desk]) -> None:
    ours, theirs = open_company(), open_company(name="Other")
    ours.http.base_url = theirs.http.base_url
    answer = ours.http.get("/preferences")
    assert (answer.status_code, answer.json()["fault"]["error"][0]["code"]) == (403, "3100")


def test_the_minor_version_is_required(desk: Desk) -> None:
    answer = desk.http.get("/preferences", params={"minorversion": "74"})
    assert answer.status_code == 400
    assert answer.json()["Fault"]["Error"][0]["code"] == "2030"


def test_the_eleventh_call_of_a_second_is_throttled(desk: Desk) -> None:
    now = desk.app.clock()
    desk.app.clock = lambda: now + 5
    desk.control.setting(name="limit_scale", value=1)
    answers = [desk.http.get("/preferences") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[-1].json()["fault"]["error"][0]["code"] == "3001"
    assert all(answer.headers["intuit_tid"] for answer in answers)


def test_forty_batches_a_minute(desk: Desk) -> None:
    now = [desk.app.clock()]
    desk.app.clock = lambda: now[0]
    desk.control.setting(name="limit_scale", value=1)
    statuses = []
    for _ in range(41):
        now[0] += 1.01
        items = [{"bId": "1", "Query": "select count(*) from Invoice"}]
        statuses.append(desk.http.post("/batch", json={"BatchItemRequest": items}).status_code)
    assert statuses == [200] * 40 + [429]
