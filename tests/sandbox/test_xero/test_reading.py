"""Lists: pages, conditional reads, filters, order."""

from collections.abc import Callable

import pytest

from .desk import ZERO, Desk

Clock = Callable[[float], None]


def numbers(desk: Desk, **params: str) -> list[str]:
    return [row["InvoiceNumber"] for row in desk.rows("Invoices", **params)]


def three(desk: Desk) -> str:
    key = desk.contact('Ann\'s "A"')
    desk.invoice(key, 10, InvoiceNumber="1", Reference="PO 7")
    desk.invoice(key, 20, InvoiceNumber="2", Date="2026-04-01")
    desk.invoice(desk.contact("Bob"), 30, InvoiceNumber="3", Status="DRAFT")
    return key


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ('Status=="DRAFT"', ["3"]),
        ('Contact.Name=="ann\'s \\"a\\""', ["1", "2"]),
        ("Date>=DateTime(2026,04,01)", ["2"]),
        ("Date <= DateTime(2026, 3, 31) AND AmountDue>=10", ["1", "3"]),
        ('Reference == "PO 7"&&Type=="ACCREC"', ["1"]),
        ('InvoiceNumber=="2"', ["2"]),
        ("AmountPaid==0", ["1", "2", "3"]),
    ],
)
def test_a_where_finds(desk: Desk, where: str, found: list[str]) -> None:
    three(desk)
    assert sorted(numbers(desk, where=where)) == found


@pytest.mark.parametrize(
    "where",
    [
        'Url=="x"',
        'Status="DRAFT"',
        'Status=="DRAFT" OR Status=="PAID"',
        'Reference.Contains("PO")',
        'Contact.ContactID=="x"',
        "Date>=DateTime(2026,13,01)",
        'Date>="2026-01-01"',
        'Reference>="A"',
        "",
        'Status=="DRAFT" AND ',
    ],
)
def test_a_where_is_refused(desk: Desk, where: str) -> None:
    answer = desk.send("GET", "Invoices", where=where or " ")
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 16)


def test_a_where_finds_by_guid(desk: Desk) -> None:
    key = three(desk)
    assert sorted(numbers(desk, where=f'Contact.ContactID==Guid("{key}")')) == ["1", "2"]
    paid = desk.rows("Invoices")[0]["InvoiceID"]
    desk.pay(paid, 1)
    assert len(desk.rows("Payments", where=f'Invoice.InvoiceID==guid("{paid}")')) == 1
    assert desk.rows("Payments", where=f'Invoice.InvoiceID==guid("{ZERO}")') == []


def test_comma_lists_pick(desk: Desk) -> None:
    key = three(desk)
    ids = [row["InvoiceID"] for row in desk.rows("Invoices")]
    assert len(desk.rows("Invoices", IDs=",".join(ids[:2]))) == 2
    assert numbers(desk, InvoiceNumbers="2,9") == ["2"]
    assert len(numbers(desk, ContactIDs=key)) == 2
    assert numbers(desk, Statuses="DRAFT,VOIDED") == ["3"]
    assert desk.send("GET", "Invoices", Statuses="OPEN").status_code == 400
    assert desk.send("GET", "Invoices", IDs=",".join([ZERO] * 52)).status_code == 200
    assert desk.send("GET", "Invoices", IDs=",".join([ZERO] * 53)).status_code == 404


def test_pages_say_how_many_there_are(desk: Desk) -> None:
    key = desk.contact()
    for start in (0, 50, 100):
        body = {"Invoices": [desk.sale(key, n + 1) for n in range(start, start + 50)]}
        desk.send("PUT", "Invoices", body, summarizeErrors="false")
    first = desk.send("GET", "Invoices", page=1).json()
    assert first["pagination"] == {"page": 1, "pageSize": 100, "pageCount": 2, "itemCount": 150}
    last = desk.send("GET", "Invoices", page=4, pageSize=40).json()
    assert (len(first["Invoices"]), len(last["Invoices"])) == (100, 30)
    assert desk.send("GET", "Invoices", page=1, pageSize=5000).json()["pagination"]["pageSize"] == 1000
    assert desk.send("GET", "Invoices", page="x").status_code == 400


def test_without_a_page_there_are_no_lines(desk: Desk) -> None:
    three(desk)
    assert {len(row["LineItems"]) for row in desk.rows("Invoices")} == {0}
    assert {len(row["LineItems"]) for row in desk.rows("Invoices", page="1")} == {1}
    assert "LineItems" not in desk.rows("Invoices", summaryOnly="true")[0]


def test_the_order_is_by_stamp_and_then_id(desk: Desk, clock: Clock) -> None:
    three(desk)
    clock(10)
    first = desk.rows("Invoices", InvoiceNumbers="1")[0]["InvoiceID"]
    desk.edit("Invoices", first, Reference="again")
    rows = desk.rows("Invoices")
    assert rows[-1]["InvoiceID"] == first
    assert [row["InvoiceID"] for row in rows[:2]] == sorted(row["InvoiceID"] for row in rows[:2])
    assert numbers(desk, order="InvoiceNumber DESC") == ["3", "2", "1"]
    assert desk.send("GET", "Invoices", order="Whatever").status_code == 400


def test_only_news_is_told(desk: Desk, clock: Clock) -> None:
    desk.app.clock = lambda: 1_800_000_000.5
    desk.sign_in()
    desk.contact()
    since = {"If-Modified-Since": "2027-01-15T07:59:59"}
    assert len(desk.send("GET", "Contacts", headers=since).json()["Contacts"]) == 1
    same = {"If-Modified-Since": "2027-01-15T08:00:00"}
    assert desk.send("GET", "Contacts", headers=same).status_code == 304
    desk.control.setting(name="unchanged", value="empty")
    assert desk.send("GET", "Contacts", headers=same).json()["Contacts"] == []
    desk.control.setting(name="modified_since", value="inclusive")
    assert len(desk.send("GET", "Contacts", headers=same).json()["Contacts"]) == 1
    assert desk.send("GET", "Currencies", headers=same).status_code == 200


@pytest.mark.parametrize("since", ["2026-01-01T00:00:00.5", "2026-01-01", "2026-01-01T00:00:00+00:00"])
def test_a_since_that_cannot_be_read(desk: Desk, since: str) -> None:
    assert desk.send("GET", "Contacts", headers={"If-Modified-Since": since}).status_code == 412


def test_a_since_in_the_form_of_the_web(desk: Desk) -> None:
    since = {"If-Modified-Since": "Wed, 21 Oct 2015 07:28:00 GMT"}
    assert desk.send("GET", "Contacts", headers=since).status_code == 304
    desk.contact()
    assert desk.send("GET", "Contacts", headers=since).status_code == 200


def test_unknown_words_in_the_address_are_refused(desk: Desk) -> None:
    for params in ({"pagesize": "5"}, {"unitdp": "3"}, {"summaryOnly": "yes"}):
        assert desk.send("GET", "Invoices", **params).status_code == 400
    assert desk.send("GET", "Nothing").status_code == 404
    assert desk.send("DELETE", f"Invoices/{ZERO}").status_code == 501
    assert desk.send("GET", f"Invoices/{ZERO}").text == "The resource you're looking for cannot be found"


def test_documents_are_read_by_number_too(desk: Desk) -> None:
    three(desk)
    assert desk.read("Invoices", "2")["Total"] == 20
    assert desk.read("Items", "SERVICES")["Name"] == "Services"
    assert desk.read("TaxRates", "OUTPUT")["EffectiveRate"] == 8.25


def test_what_was_made_in_the_screens_is_not_the_apps(desk: Desk) -> None:
    key = three(desk)
    body = {"Type": "ACCREC", "Contact": {"ContactID": key}, "InvoiceNumber": "9", "LineItems": [desk.line()]}
    desk.control.create(entity="Invoice", body=body)
    assert len(numbers(desk)) == 4
    assert "9" not in numbers(desk, createdByMyApp="true")


def test_lock_dates_are_absent_until_set(desk: Desk) -> None:
    before = desk.send("GET", "Organisation").json()["Organisations"][0]
    desk.control.close_books(date="2026-01-31")
    after = desk.send("GET", "Organisation").json()["Organisations"][0]
    assert ("PeriodLockDate" in before, after["PeriodLockDate"]) == (False, "/Date(1769817600000+0000)/")
