"""One name space for people, its own for each list."""

import pytest

from .desk import Desk


def test_customers_and_vendors_share_one_name_space(desk: Desk) -> None:
    key = desk.customer("Acme")
    assert desk.code("Vendor", {"DisplayName": "ACME"}) == "6240"
    desk.control.setting(name="duplicate_detail_id", value=True)
    assert f"Id={key}" in desk.ask("Customer", {"DisplayName": "acme"})["Fault"]["Error"][0]["Detail"]


def test_an_inactive_name_is_renamed_hidden_and_refused_in_new_documents(desk: Desk) -> None:
    key = desk.customer("Acme")
    gone = desk.make("Customer", {"Id": key, "SyncToken": "0", "sparse": True, "Active": False})
    assert gone["DisplayName"] == "Acme (deleted)"
    assert desk.rows("select * from Customer") == []
    assert len(desk.rows("select * from Customer where Active in (true, false)")) == 1
    assert desk.code("Invoice", desk.sale(key)) == "610"
    desk.customer("Acme")
    back = {"Id": key, "SyncToken": "1", "sparse": True, "Active": True}
    assert desk.code("Customer", back) == "6240"


def test_a_customer_with_a_balance_stays_active(desk: Desk) -> None:
    key = desk.customer()
    desk.invoice(key)
    assert desk.code("Customer", {"Id": key, "SyncToken": "0", "sparse": True, "Active": False}) == "6220"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"DisplayName": "A:B"}, "6000"),
        ({"DisplayName": "Snow ☃"}, "6000"),
        ({"DisplayName": "A", "Title": "x" * 17}, "2050"),
        ({"DisplayName": "A", "Nickname": "B"}, "2010"),
        ({"DisplayName": "A", "Taxable": "true"}, "2010"),
        ({"Notes": "nobody"}, "2020"),
        ({"DisplayName": "A", "Job": True}, "6150"),
        ({"DisplayName": "A", "ParentRef": {"value": "99"}, "Job": True}, "2500"),
        ({"DisplayName": "A", "PrimaryEmailAddr": {"Address": "none"}}, "2210"),
        ({"DisplayName": "A", "CurrencyRef": {"value": "EUR"}}, "6000"),
    ],
)
def test_a_customer_is_refused(desk: Desk, body: dict[str, object], code: str) -> None:
    assert desk.code("Customer", body) == code


def test_sub_customers_add_up_in_the_parent(desk: Desk) -> None:
    parent = desk.customer("Acme")
    child = desk.customer("Branch", Job=True, ParentRef={"value": parent}, BillWithParent=True)
    desk.invoice(child, 40)
    desk.invoice(parent, 2)
    found = desk.read("Customer", parent)
    assert (found["Balance"], found["BalanceWithJobs"]) == (2, 42)
    sub = desk.read("Customer", child)
    assert (sub["FullyQualifiedName"], sub["Balance"]) == ("Acme:Branch", 40)
    assert desk.code("Customer", {"Id": child, "SyncToken": "0", "sparse": True, "BillWithParent": False}) == "6130"


def test_a_full_update_clears_what_it_does_not_send(desk: Desk) -> None:
    key = desk.customer("Acme", Notes="keep me", CompanyName="Acme Ltd")
    sparse = desk.make("Customer", {"Id": key, "SyncToken": "0", "sparse": True, "Notes": "new"})
    assert sparse["CompanyName"] == "Acme Ltd"
    full = desk.make("Customer", {"Id": key, "SyncToken": "1", "DisplayName": "Acme"})
    assert "Notes" not in full
    assert "CompanyName" not in full
    assert full["SyncToken"] == "2"


def test_item_names_are_unique_and_their_accounts_are_checked(desk: Desk) -> None:
    income = desk.account("Services")
    assert desk.code("Item", {"Name": "services", "Type": "Service", "IncomeAccountRef": income}) == "6240"
    assert desk.code("Item", {"Name": "Backup", "Type": "Service"}) == "2020"
    wrong = desk.account("Checking")
    assert desk.code("Item", {"Name": "Backup", "Type": "Service", "IncomeAccountRef": wrong}) == "6430"
    assert desk.make("Item", {"Name": "Backup", "Type": "Service", "IncomeAccountRef": income})["Active"] is True


def test_names_are_never_deleted(desk: Desk) -> None:
    assert desk.code("Customer", {"Id": desk.customer(), "SyncToken": "0"}, operation="delete") == "500"
