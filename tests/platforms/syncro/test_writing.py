"""Payments and customers brought to Syncro: looked for first, sent once, never guessed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from apps.platforms.base import ABSENT, CANNOT_TELL, Found, Verb, Write
from apps.platforms.errors import (
    AlreadyThere,
    BadReference,
    NotCovered,
    PermissionMissing,
    RateLimited,
    Refused,
    Unavailable,
    Unsure,
)
from apps.platforms.records import Address, Application, Customer, Payment
from apps.platforms.syncro import looking
from tests.platforms.syncro.conftest import MARK, Shop


def payment(shop: Shop, amount: str, *parts: tuple[str, str], method: str = "Check") -> Write:
    applications = tuple(Application(document_id=key, amount=Decimal(part)) for key, part in parts)
    record = Payment(
        customer_id=shop.customer, date=date(2026, 4, 3), amount=Decimal(amount), method=method,
        reference="11006", applications=applications,
    )  # fmt: skip
    return shop.create(record)


def test_one_payment_settles_several_invoices(shop: Shop) -> None:
    one, two = shop.invoice("30.00"), shop.invoice("20.00")
    made = shop.sent(payment(shop, "50.00", (one, "30.00"), (two, "20.00"))).record
    assert isinstance(made, Payment)
    assert (made.customer_id, made.amount, made.reference, made.marker) == (shop.customer, Decimal(50), "11006", MARK)
    assert [shop.read("invoice", key).balance for key in (one, two)] == [0, 0]


def test_the_reference_carries_the_true_date_and_our_mark(shop: Shop) -> None:
    body = json.loads(shop.drafted(payment(shop, "5.00")).body)
    assert body["ref_num"] == f"11006 2026-04-03 · {MARK}"
    assert (body["amount_cents"], "apply_payments" in body) == (500, False)


def test_the_unit_of_the_parts_is_a_setting(shop: Shop) -> None:
    key = shop.invoice("30.00")
    shop.screens.setting(name="apply_payments_unit", value="dollars")
    shop.syncro.close()
    shop.syncro = shop.connect(apply_payments_unit="dollars")
    assert shop.sent(payment(shop, "30.00", (key, "30.00"))).error is None
    assert shop.read("invoice", key).balance == 0


def test_nothing_is_there_before_and_it_is_found_after_a_lost_answer(shop: Shop) -> None:
    write = payment(shop, "30.00", (shop.invoice("30.00"), "30.00"))
    assert shop.syncro.find("payment", write) is ABSENT
    shop.screens.lose_next_answer(path="/payments")
    with pytest.raises(Unsure):
        shop.sent(write)
    found = shop.syncro.find("payment", write)
    assert isinstance(found, Found)
    assert found.record.marker == MARK
    assert len(shop.screens.state(kind="payments")) == 1


def test_a_lost_request_leaves_nothing_to_find(shop: Shop) -> None:
    write = payment(shop, "30.00", (shop.invoice("30.00"), "30.00"))
    shop.screens.drop_next_request(path="/payments")
    with pytest.raises(Unsure):
        shop.sent(write)
    assert shop.syncro.find("payment", write) is ABSENT


def test_an_invoice_with_less_open_is_named(shop: Shop) -> None:
    key = shop.invoice("30.00", number="1682")
    shop.pay("20.00", apply={key: "20.00"})
    with pytest.raises(NotCovered, match=r"Invoice 1682 has 10\.00 open in Syncro.* apply 30\.00"):
        shop.syncro.find("payment", payment(shop, "30.00", (key, "30.00")))


def test_an_invoice_that_is_gone_is_a_bad_reference(shop: Shop) -> None:
    with pytest.raises(BadReference):
        shop.syncro.find("payment", payment(shop, "30.00", ("999", "30.00")))


def test_an_equal_payment_of_somebody_else_is_not_ours(shop: Shop) -> None:
    key = shop.invoice("60.00")
    shop.pay("30.00", apply={key: "30.00"}, ref_num="11006", date="2026-04-03")
    assert shop.syncro.find("payment", payment(shop, "30.00", (key, "30.00"))) is ABSENT


def test_unapplied_money_is_found_by_its_mark(shop: Shop) -> None:
    write = payment(shop, "30.00")
    assert shop.syncro.find("payment", write) is ABSENT
    shop.sent(write)
    assert isinstance(shop.syncro.find("payment", write), Found)


def test_in_a_long_list_absence_is_proved_by_a_search_that_works(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "PROOF", 1)
    shop.screens.setting(name="query_finds_ref", value=True)
    for _ in range(80):
        shop.pay("1.00", ref_num="cash")
    write = payment(shop, "30.00")
    assert shop.syncro.find("payment", write) is CANNOT_TELL
    shop.sent(replace(write, marker=f"{MARK}1"))
    assert shop.syncro.find("payment", write) is ABSENT


def test_without_a_mark_nobody_can_tell(shop: Shop) -> None:
    assert shop.syncro.find("payment", replace(payment(shop, "1.00"), marker="")) is CANNOT_TELL


@pytest.mark.parametrize(("amount", "parts", "method"), [
    ("0.00", (), "Check"), ("-5.00", (), "Check"), ("5.00", (("1", "6.00"),), "Check"), ("5.00", (), ""),
])  # fmt: skip
def test_what_syncro_cannot_hold_is_refused_before_it_leaves(
    shop: Shop, amount: str, parts: tuple[tuple[str, str], ...], method: str
) -> None:
    with pytest.raises(Refused):
        shop.drafted(payment(shop, amount, *parts, method=method))


def test_unknown_parts_of_a_payment_are_not_guessed(shop: Shop) -> None:
    write = payment(shop, "5.00")
    assert isinstance(write.record, Payment)
    record = replace(write.record, applications=(Application(document_id="1"), Application(document_id="2")))
    with pytest.raises(Refused, match="not known"):
        shop.drafted(replace(write, record=record))


def test_a_bad_write_is_left_out_of_several(shop: Shop) -> None:
    drafts = shop.syncro.draft("payment", [payment(shop, "0.00"), payment(shop, "1.00")], lambda: "key")
    assert [draft.positions for draft in drafts] == [(1,)]


@pytest.mark.parametrize(("method", "error"), [("Bitcoin", BadReference), ("Terminal", Refused)])
def test_a_method_that_does_not_work_is_told(shop: Shop, method: str, error: type[Refused]) -> None:
    shop.screens.payment_method(name="Terminal", uses_card_processing=True)
    outcome = shop.sent(payment(shop, "1.00", method=method))
    assert isinstance(outcome.error, error)
    assert outcome.record is None


def test_a_token_that_may_not_pay_keeps_the_sign_in(shop: Shop) -> None:
    shop.syncro.close()
    shop.syncro = shop.connect(["Payments - View List"])
    assert isinstance(shop.sent(payment(shop, "1.00")).error, PermissionMissing)


def test_a_limit_stops_the_send(shop: Shop) -> None:
    shop.screens.fault(kind="status", status=429, method="POST")
    with pytest.raises(RateLimited):
        shop.sent(payment(shop, "1.00"))


@pytest.mark.parametrize("body", [None, {}, {"payment": None}])
def test_an_empty_yes_is_unsure(shop: Shop, body: object) -> None:
    shop.screens.fault(kind="status", status=200, body=body, method="POST")
    with pytest.raises(Unsure):
        shop.sent(payment(shop, "1.00"))


def test_a_yes_that_says_no_is_refused(shop: Shop) -> None:
    shop.screens.fault(kind="status", status=200, body={"success": False, "message": ["Nope"]}, method="POST")
    assert str(shop.sent(payment(shop, "1.00")).error) == "Nope"


def new_customer(**fields: str) -> Customer:
    return Customer(**{"name": "Bolt Ltd", "company_name": "Bolt Ltd", "email": "bolt@x.test", **fields})  # type: ignore[arg-type]


def test_a_customer_is_made_once(shop: Shop) -> None:
    write = shop.create(new_customer(notes="Knows us"), "tieout:k3v9:acme-ltd:customer:5")
    assert shop.syncro.find("customer", write) is ABSENT
    shop.screens.lose_next_answer(path="/customers")
    with pytest.raises(Unsure):
        shop.sent(write)
    found = shop.syncro.find("customer", write)
    assert isinstance(found, Found)
    assert isinstance(found.record, Customer)
    assert (found.record.notes, found.record.marker) == ("Knows us", write.marker)


def test_a_customer_that_is_the_same_is_found_without_a_mark(shop: Shop) -> None:
    wanted = shop.create(new_customer(name="acme ltd", company_name="acme ltd", email="PAY@acme.test"))
    assert isinstance(shop.syncro.find("customer", wanted), Found)
    other = shop.create(new_customer(name="Acme Ltd", company_name="Acme Ltd", email="other@acme.test"))
    assert shop.syncro.find("customer", other) is ABSENT


def test_an_email_that_is_taken_is_already_there(shop: Shop) -> None:
    assert isinstance(shop.sent(shop.create(new_customer(email="pay@acme.test"))).error, AlreadyThere)


def test_a_change_resets_nothing_else(shop: Shop) -> None:
    shop.screens.edit_customer(id=shop.customer, properties={"gate": "7"}, get_sms=True, invoice_cc_emails="a@b.test")
    base = shop.read("customer", shop.customer)
    wanted = replace(base, phone="123", address=Address(city="Utrecht"))
    write = Write(verb=Verb.UPDATE, entity="customer", record=wanted, external_id=shop.customer, base=base)
    made = shop.sent(write).record
    assert made is not None
    raw = made.raw
    assert (raw["phone"], raw["city"], raw["properties"], raw["get_sms"]) == ("123", "Utrecht", {"gate": "7"}, True)
    assert (raw["email"], raw["invoice_cc_emails"]) == ("pay@acme.test", "a@b.test")
    assert isinstance(shop.syncro.find("customer", write), Found)


def test_a_person_renamed_in_the_books_stays_a_person(shop: Shop) -> None:
    key = shop.screens.customer(firstname="Ada", lastname="Byron")
    base = shop.read("customer", key)
    wanted = replace(base, name="Ada King Lovelace")
    made = shop.sent(Write(verb=Verb.UPDATE, entity="customer", record=wanted, external_id=key, base=base)).record
    assert isinstance(made, Customer)
    assert (made.name, made.first_name, made.company_name) == ("Ada King Lovelace", "Ada King", "")


def test_a_customer_nobody_read_is_not_changed(shop: Shop) -> None:
    with pytest.raises(Refused):
        shop.drafted(Write(verb=Verb.UPDATE, entity="customer", record=new_customer(), external_id=shop.customer))


def test_not_being_able_to_look_is_not_absence(shop: Shop) -> None:
    shop.screens.fault(kind="status", status=503, times=9)
    with pytest.raises(Unavailable):
        shop.syncro.find("payment", payment(shop, "1.00"))
