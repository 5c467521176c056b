"""What the Web Connector brings when it comes: which company file it is, and what documents depend on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.platforms.base import Verb, Write
from apps.platforms.content import to_content
from apps.platforms.errors import Refused, TryLater
from apps.platforms.mailbox import Told
from apps.platforms.quickbooks_desktop.translate.facts import version_of
from apps.platforms.records import CreditMemo, Facts, Record, Refund, RefundReceipt, Status
from tests.platforms.conftest import Bench
from tests.platforms.quickbooks_desktop.conftest import (
    CUSTOMER,
    DAY,
    FACTS,
    FILE,
    OWNER,
    Counter,
    answer,
    fields,
    line,
    reply,
)

TAX = {
    "DefaultItemSalesTaxRef": {"ListID": "t", "FullName": "Boise"}, "DefaultTaxableSalesTaxCodeRef": {"ListID": "yes"},
    "DefaultNonTaxableSalesTaxCodeRef": {"ListID": "no"},
}  # fmt: skip


def told(name: str = "Pocket Company", stamp: str = FILE, country: str = "US", **preferences: Any) -> Told:
    """The first request of a session, as the Web Connector makes it."""
    company: dict[str, Any] = {"IsSampleCompany": "false", "CompanyName": name}
    if stamp:
        company["DataExtRet"] = {
            "OwnerID": OWNER,
            "DataExtName": "FileID",
            "DataExtType": "STR255TYPE",
            "DataExtValue": stamp,
        }
    parts: dict[str, Any] = {
        "AccountingPreferences": {"IsUsingClassTracking": "true"},
        "SalesTaxPreferences": TAX,
        **preferences,
    }
    host = [
        ("ProductName", "QuickBooks"),
        ("Country", country),
        ("SupportedQBXMLVersion", "12.0"),
        ("SupportedQBXMLVersion", "16.0"),
    ]
    text = answer(
        reply("HostQuery", f"<HostRet>{fields(host)}</HostRet>"),
        reply("CompanyQuery", f"<CompanyRet>{fields(company)}</CompanyRet>"),
        reply("PreferencesQuery", f"<PreferencesRet>{fields({k: v for k, v in parts.items() if v})}</PreferencesRet>"),
    )
    return Told(company=text, file="C:\\books\\pocket.qbw", country=country, version="16.0")


def new(bench: Bench) -> Counter:
    return Counter(bench, Facts())


def test_the_facts_are_what_the_file_says(bench: Bench) -> None:
    facts = new(bench).platform.learned(
        told(AccountingPreferences={"ClosingDate": "2025-12-31", "IsUsingClassTracking": "true"})
    )
    assert (facts.name, facts.country, facts.currency) == ("Pocket Company", "US", "USD")
    assert (facts.closed_through, facts.uses_tax, facts.keeps_numbers) == (date(2025, 12, 31), True, True)
    assert facts.defaults["qbxml"] == "13.0"
    assert (facts.defaults["taxable_code"], facts.defaults["non_taxable_code"], facts.defaults["tax_item"]) == (
        "yes",
        "no",
        "t",
    )
    assert (facts.defaults["file_id"], facts.defaults["classes"]) == (FILE, "yes")


def test_no_closing_date_and_no_tax_settings_mean_that_there_are_none(bench: Bench) -> None:
    facts = new(bench).platform.learned(told(SalesTaxPreferences=None))
    assert (facts.closed_through, facts.uses_tax) == (None, False)


@pytest.mark.parametrize(
    ("country", "currencies", "currency"),
    [
        ("US", None, "USD"),
        ("CA", None, "CAD"),
        ("ZZ", None, ""),
        ("US", {"IsMultiCurrencyOn": "true", "HomeCurrencyRef": {"FullName": "Canadian Dollar"}}, "CAD"),
    ],
)
def test_the_currency_is_the_files_own_or_its_countrys(
    bench: Bench, country: str, currencies: Any, currency: str
) -> None:
    assert new(bench).platform.learned(told(country=country, MultiCurrencyPreferences=currencies)).currency == currency


def test_later_requests_tell_nothing_and_change_nothing(counter: Counter) -> None:
    assert counter.platform.learned(Told()) == FACTS


def test_what_was_learned_comes_back_from_where_it_is_kept(bench: Bench) -> None:
    facts = new(bench).platform.learned(told())
    kept = Counter(bench, facts)
    assert to_content(kept.platform.learned(Told())) == to_content(facts)
    assert 'qbxml version="13.0"' in kept.ask("invoice").text


@pytest.mark.parametrize(
    ("said", "supported", "version"),
    [
        ("16.0", [], "13.0"),
        ("12.0", [], "12.0"),
        ("", ["8.0", "11.0"], "11.0"),
        ("", ["CA3.0"], "13.0"),
        ("", [], "13.0"),
    ],
)
def test_letters_are_written_in_a_version_both_know(said: str, supported: list[str], version: str) -> None:
    assert version_of(said, supported) == version


def test_another_companys_file_is_refused_by_its_stamp(counter: Counter) -> None:
    with pytest.raises(Refused, match=r"This company file is Other Inc, not the one connected \(Pocket Company\)"):
        counter.platform.learned(told("Other Inc", stamp="{00000000-33D9-4815-AC85-BC87A7E7D1EB}"))


def test_the_stamp_counts_whatever_the_company_is_called_now(counter: Counter) -> None:
    assert counter.platform.learned(told("New Name", stamp=FILE.strip("{}").lower())).name == "New Name"


def test_without_a_stamp_the_name_counts(counter: Counter, bench: Bench) -> None:
    assert counter.platform.learned(told(stamp="")).name == "Pocket Company"
    assert new(bench).platform.learned(told("Anybody", stamp="")).name == "Anybody"
    with pytest.raises(Refused, match="Other Inc"):
        counter.platform.learned(told("Other Inc", stamp=""))


def test_a_first_request_that_cannot_be_read_is_tried_again(counter: Counter) -> None:
    with pytest.raises(TryLater):
        counter.platform.learned(Told(company="<QBXML>"))


def test_a_first_request_without_preferences_changes_no_tax_settings(counter: Counter) -> None:
    company = f"<CompanyRet>{fields({'CompanyName': 'Pocket Company'})}</CompanyRet>"
    facts = counter.platform.learned(Told(company=answer(reply("CompanyQuery", company))))
    assert (facts.uses_tax, facts.defaults["tax_item"]) == (True, "80000009-1")


RECEIPT = RefundReceipt(
    number="10050", customer_id=CUSTOMER, date=DAY, lines=(line(),), subtotal=Decimal(100), total=Decimal(100), method_id="m", account_id="a",
)  # fmt: skip
MEMO = CreditMemo(external_id="1C-1", revision="1", customer_id=CUSTOMER, date=DAY, total=Decimal(100))
MONEY = Refund(external_id="ARRefundCreditCard:1D-1", revision="2", customer_id=CUSTOMER, date=DAY, amount=Decimal(100))


def whole(verb: Verb = Verb.CREATE) -> Write:
    return Write(verb=verb, entity="refund_receipt", record=RECEIPT)


def step(counter: Counter, write: Write, there: dict[int, Record]) -> tuple[Any, ...] | None:
    made = counter.platform.step(write, there)
    return (made.leg, made.verb, made.entity, made.external_id, made.last) if made else None


def test_a_refund_is_first_a_credit_memo_and_then_money_out_of_it(counter: Counter) -> None:
    assert step(counter, whole(), {}) == (0, Verb.CREATE, "credit_memo", "", False)
    assert step(counter, whole(), {0: MEMO}) == (1, Verb.CREATE, "refund", "", True)
    assert step(counter, whole(), {0: MEMO, 1: MONEY}) is None
    money = counter.platform.step(whole(), {0: MEMO})
    assert money
    assert isinstance(money.record, Refund)
    assert (money.record.applications[0].document_id, money.record.amount) == ("1C-1", Decimal(100))
    counter.draft(money)


def test_a_refund_taken_back_loses_its_money_first(counter: Counter) -> None:
    there: dict[int, Record] = {0: MEMO, 1: MONEY}
    assert step(counter, whole(Verb.VOID), there) == (1, Verb.VOID, "refund", "ARRefundCreditCard:1D-1", False)
    there[1] = replace(MONEY, status=Status.VOIDED)
    assert step(counter, whole(Verb.VOID), there) == (0, Verb.VOID, "credit_memo", "1C-1", True)
    assert step(counter, whole(Verb.VOID), {}) is None


def test_money_is_never_paid_out_of_a_memo_over_another_amount(counter: Counter) -> None:
    with pytest.raises(Refused, match="make them agree"):
        counter.platform.step(whole(), {0: replace(MEMO, total=Decimal("99.99"))})


def test_anything_else_is_one_document(counter: Counter) -> None:
    write = Write(verb=Verb.CREATE, entity="credit_memo", record=MEMO)
    assert counter.platform.step(write, {}) is write


def test_the_session_ends_by_clearing_what_quickbooks_remembers(counter: Counter) -> None:
    farewell = counter.platform.farewell()
    assert farewell
    assert (farewell.key, 'oldMessageSetID="ClearAllMessageSets"' in farewell.text) == ("", True)
    assert counter.platform.url("invoice", "1A2B-1") == ""
