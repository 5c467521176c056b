"""Queries: pages, filters, and what an answer leaves out."""

from typing import Any

import pytest

from .desk import Body, Desk, on, payment, rq


def page(desk: Desk, session: str, body: Body, **attributes: str) -> Any:
    return desk.one(rq("CustomerQuery", body, None, **attributes), session)


def test_an_iterator_walks_all_pages_of_one_session(desk: Desk) -> None:
    for number in range(5):
        desk.customer(f"C{number}")
    first = page(desk, "s", {"MaxReturned": "2"}, iterator="Start")
    key, left, names = first.get("iteratorID"), 1, [row.findtext("Name") for row in first]
    assert first.get("iteratorRemainingCount") == "3"
    while left:
        more = page(desk, "s", {"MaxReturned": "2"}, iterator="Continue", iteratorID=key)
        left = int(more.get("iteratorRemainingCount"))
        names += [row.findtext("Name") for row in more]
    assert names == [f"C{number}" for number in range(5)]
    assert page(desk, "s", {"MaxReturned": "2"}, iterator="Continue", iteratorID=key).get("statusCode") == "3391"


def test_an_iterator_ends_with_its_session_and_its_filters(desk: Desk) -> None:
    for number in range(5):
        desk.customer(f"C{number}")
    key = page(desk, "s", {"MaxReturned": "2"}, iterator="Start").get("iteratorID")
    go_on = {"iterator": "Continue", "iteratorID": key}
    assert page(desk, "other", {"MaxReturned": "2"}, **go_on).get("statusCode") == "3391"
    assert page(desk, "s", {"MaxReturned": "3"}, **go_on).get("statusCode") == "3391"
    assert page(desk, "s", {"MaxReturned": "2", "ActiveStatus": "All"}, **go_on).get("statusCode") == "3391"
    assert desk.one(rq("VendorQuery", {"MaxReturned": "2"}, **go_on), "s").get("statusCode") == "3391"


def test_a_page_leaves_out_what_was_deleted_meanwhile(desk: Desk) -> None:
    keys = [desk.customer(f"C{number}") for number in range(3)]
    first = page(desk, "s", {"MaxReturned": "1"}, iterator="Start")
    desk.app.control_delete("Customer", keys[1])
    rest = page(desk, "s", {"MaxReturned": "1"}, iterator="Continue", iteratorID=first.get("iteratorID"))
    assert (rest.get("iteratorRemainingCount"), len(rest)) == ("1", 0)


def test_only_the_active_are_shown_unless_asked_otherwise(desk: Desk) -> None:
    key = desk.customer("Gone")
    desk.customer("Here")
    desk.app.control_edit("Customer", key, IsActive="false")
    assert [row["Name"] for row in desk.ask("CustomerQuery")] == ["Here"]
    assert [row["Name"] for row in desk.ask("CustomerQuery", {"ActiveStatus": "InactiveOnly"})] == ["Gone"]
    assert len(desk.ask("CustomerQuery", {"ActiveStatus": "All"})) == 2
    assert desk.ask("CustomerQuery", {"ListID": key})[0]["IsActive"] == "false"


def test_nothing_found_is_information_and_something_missing_a_warning(desk: Desk) -> None:
    key = desk.customer()
    assert desk.code("CustomerQuery", {"NameFilter": {"MatchCriterion": "Contains", "Name": "z"}}) == 1
    answer = desk.one(rq("CustomerQuery", {"ListID": [key, "80000099-1"]}))
    assert (answer.get("statusCode"), answer.get("statusSeverity"), len(answer)) == ("500", "Warn", 1)
    assert desk.code("InvoiceQuery", {"RefNumber": "7"}) == 500
    desk.app.control_setting("missing_objects", 1)
    assert desk.code("InvoiceQuery", {"RefNumber": "7"}) == 1


@pytest.mark.parametrize(
    ("since", "found"),
    [
        ("2026-09-21T06:13:20-07:00", True),
        ("2026-09-21T06:13:21-07:00", False),
        ("2026-09-21T05:13:20", True),
        ("2026-09-21T05:13:21", False),
        ("2026-09-21", True),
        ("2026-09-22", False),
    ],
)
def test_a_time_without_offset_is_the_machines_own(desk: Desk, since: str, found: bool) -> None:
    desk.app.clock = lambda: 1_789_996_400.0
    row = desk.invoice(desk.customer())
    assert row["TimeModified"] == "2026-09-21T05:13:20-08:00"
    for name, body in (("Invoice", {"ModifiedDateRangeFilter": {"FromModifiedDate": since}}),
                       ("Customer", {"FromModifiedDate": since})):  # fmt: skip
        assert desk.code(f"{name}Query", body) == (0 if found else 1)


def test_lines_and_links_are_shown_when_asked_for(desk: Desk) -> None:
    key = desk.customer()
    made = desk.invoice(key, RefNumber="7")["TxnID"]
    desk.make("ReceivePaymentAdd", payment(key, "10.00", on(made, "10.00")))
    bare = desk.ask("InvoiceQuery", {"RefNumber": "7"})[0]
    assert not {"InvoiceLineRet", "LinkedTxn"} & set(bare)
    full = desk.ask("InvoiceQuery", {"RefNumber": "7", "IncludeLineItems": "true", "IncludeLinkedTxns": "true"})[0]
    assert {"InvoiceLineRet", "LinkedTxn"} <= set(full)
    assert "AppliedToTxnRet" not in desk.ask("ReceivePaymentQuery")[0]


def test_named_elements_are_all_that_comes(desk: Desk) -> None:
    desk.customer()
    row = desk.ask("CustomerQuery", {"IncludeRetElement": ["ListID", "Name", "Nothing"]})[0]
    assert list(row) == ["ListID", "Name"]
    made = desk.make("CustomerAdd", {"Name": "B"}, after={"IncludeRetElement": "EditSequence"})
    assert list(made) == ["EditSequence"]


def test_transactions_are_found_by_customer_day_number_and_state(desk: Desk) -> None:
    parent = desk.customer()
    job = desk.customer("Job", ParentRef={"ListID": parent})
    first = desk.invoice(parent, TxnDate="2026-01-01", RefNumber="A1")["TxnID"]
    second = desk.invoice(job, TxnDate="2026-02-01", RefNumber="a2")["TxnID"]
    desk.make("ReceivePaymentAdd", payment(parent, "100.00", on(first, "100.00")))
    wanted = {
        "EntityFilter": ({"ListID": parent}, [first]),
        "TxnDateRangeFilter": ({"FromTxnDate": "2026-01-15"}, [second]),
        "RefNumberFilter": ({"MatchCriterion": "StartsWith", "RefNumber": "A"}, [first, second]),
        "PaidStatus": ("NotPaidOnly", [second]),
    }
    for name, (value, keys) in wanted.items():
        assert [row["TxnID"] for row in desk.ask("InvoiceQuery", {name: value})] == keys
    whole = {"EntityFilter": {"FullNameWithChildren": "Acme"}}
    assert [row["TxnID"] for row in desk.ask("InvoiceQuery", whole)] == [first, second]
    assert desk.ask("InvoiceQuery", {"RefNumber": "A2"})[0]["TxnID"] == second
    assert desk.code("InvoiceQuery", {"RefNumberCaseSensitive": "A2"}) == 500


def test_a_count_can_be_had_alone(desk: Desk) -> None:
    desk.customer()
    answer = desk.one(rq("CustomerQuery", metaData="MetaDataOnly"))
    assert (answer.get("retCount"), len(answer)) == ("1", 0)


def test_the_host_tells_what_it_speaks_and_the_company_only_our_own_stamp(desk: Desk) -> None:
    host = desk.ask("HostQuery")[0]
    assert (host["Country"], host["SupportedQBXMLVersion"][-1]) == ("US", "16.0")
    assert "DataExtRet" not in desk.ask("CompanyQuery", {"OwnerID": "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"})[0]


def test_rooms_without_documents_are_empty(desk: Desk) -> None:
    assert [desk.code(f"{name}Query") for name in ("Bill", "PurchaseOrder", "SalesReceipt", "Employee")] == [1] * 4
