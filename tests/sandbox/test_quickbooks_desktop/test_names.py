"""Customers, jobs, vendors and items: one name once, references that hold, edits that are not stale."""

from .desk import Body, Desk


def test_a_name_stands_once_among_customers_vendors_and_others(desk: Desk) -> None:
    desk.customer("Acme")
    desk.app.control_own_vendor("Supplier")
    assert [desk.code("CustomerAdd", {"Name": name}) for name in ("ACME", "supplier", "Else")] == [3100, 3100, 0]
    assert desk.code("VendorAdd", {"Name": "Acme"}) == 3100
    assert desk.code("CustomerAdd", {"Name": "A:B"}) == 3180


def test_a_job_has_its_parents_name_before_its_own(desk: Desk) -> None:
    parent = {"ParentRef": {"ListID": desk.customer("Acme")}}
    job = desk.make("CustomerAdd", {"Name": "Boise", **parent})
    assert (job["FullName"], job["Sublevel"]) == ("Acme:Boise", "1")
    assert desk.code("CustomerAdd", {"Name": "boise", **parent}) == 3100
    desk.customer("Boise")
    assert desk.ask("CustomerQuery", {"FullName": "acme:BOISE"})[0]["ListID"] == job["ListID"]


def test_the_sixth_level_of_jobs_is_refused(desk: Desk) -> None:
    key = desk.customer("1")
    for name in "2345":
        key = desk.customer(name, ParentRef={"ListID": key})
    assert desk.code("CustomerAdd", {"Name": "6", "ParentRef": {"ListID": key}}) == 3180


def test_a_stale_edit_sequence_is_refused_and_a_current_one_changes(desk: Desk) -> None:
    made = desk.make("CustomerAdd", {"Name": "Acme", "Phone": "1", "Fax": "2"})
    edit = {"ListID": made["ListID"], "EditSequence": made["EditSequence"]}
    after = desk.make("CustomerMod", {**edit, "Phone": "3", "Fax": ""})
    assert (after["Phone"], "Fax" in after, after["Name"]) == ("3", False, "Acme")
    assert int(after["EditSequence"]) > int(made["EditSequence"])
    assert desk.code("CustomerMod", {**edit, "Phone": "4"}) == 3200
    assert desk.code("CustomerMod", {"ListID": "80000099-1", "EditSequence": "1"}) == 3120
    assert desk.code("CustomerMod", {"ListID": "nonsense", "EditSequence": "1"}) == 3000


def test_what_a_person_edits_makes_our_edit_sequence_old(desk: Desk) -> None:
    made = desk.make("CustomerAdd", {"Name": "Acme"})
    desk.app.control_edit("Customer", made["ListID"], Notes="called")
    assert desk.code("CustomerMod", {"ListID": made["ListID"], "EditSequence": made["EditSequence"]}) == 3200


def test_a_renamed_parent_renames_its_jobs(desk: Desk) -> None:
    parent = desk.customer("Acme")
    desk.customer("Boise", ParentRef={"ListID": parent})
    desk.app.control_edit("Customer", parent, Name="Apex")
    assert [row["FullName"] for row in desk.ask("CustomerQuery")] == ["Apex", "Apex:Boise"]
    assert desk.ask("CustomerQuery", {"FullName": "Apex:Boise"})[0]["ParentRef"]["FullName"] == "Apex"


def test_references_must_exist_and_be_active(desk: Desk) -> None:
    assert desk.code("CustomerAdd", {"Name": "A", "TermsRef": {"FullName": "Net 31"}}) == 3140
    assert desk.code("CustomerAdd", {"Name": "A", "CustomerTypeRef": {"FullName": "Retail"}}) == 3140
    desk.app.control_edit("Customer", desk.customer("Gone"), IsActive="false")
    body = {"CustomerRef": {"FullName": "Gone"}, "InvoiceLineAdd": desk.line()}
    assert desk.code("InvoiceAdd", body) == 3140
    desk.app.control_setting("inactive_reference", "accept")
    assert desk.code("InvoiceAdd", body) == 0


def test_the_list_id_wins_over_the_full_name(desk: Desk) -> None:
    key = desk.customer("Acme")
    body = {"CustomerRef": {"ListID": key, "FullName": "Somebody else"}, "InvoiceLineAdd": desk.line()}
    assert desk.make("InvoiceAdd", body)["CustomerRef"] == {"ListID": key, "FullName": "Acme"}


def item(desk: Desk, name: str, **side: object) -> Body:
    return {"Name": name, "SalesOrPurchase": {"Price": "80.00", "AccountRef": {"FullName": "Services Income"}, **side}}


def test_items_share_one_list_of_names_and_keep_their_sidedness(desk: Desk) -> None:
    made = desk.make("ItemServiceAdd", item(desk, "Labor"))
    assert desk.code("ItemNonInventoryAdd", item(desk, "labor")) == 3100
    edit = {"ListID": made["ListID"], "EditSequence": made["EditSequence"]}
    two = {"SalesAndPurchaseMod": {"SalesPrice": "90.00"}}
    assert desk.code("ItemServiceMod", {**edit, **two}) == 3170
    after = desk.make("ItemServiceMod", {**edit, "SalesOrPurchaseMod": {"Price": "90.5"}})
    assert after["SalesOrPurchase"]["Price"] == "90.50"
    assert after["SalesOrPurchase"]["AccountRef"]["FullName"] == "Services Income"


def test_item_queries_mix_the_kinds_and_single_ones_do_not(desk: Desk) -> None:
    desk.make("ItemOtherChargeAdd", item(desk, "Travel"))
    names = {row["Name"] for row in desk.ask("ItemQuery")}
    assert {"Services", "Travel", "Sales Tax"} <= names
    assert [row["Name"] for row in desk.ask("ItemOtherChargeQuery")] == ["Travel"]


def test_features_that_are_off_are_refused(desk: Desk) -> None:
    assert desk.code("ClassAdd", {"Name": "Boise"}) == 3250
    desk.app.control_profile(classes=True)
    assert desk.code("ClassAdd", {"Name": "Boise"}) == 0


def test_list_ids_are_unique_within_their_list_only(desk: Desk) -> None:
    account = desk.ask("AccountQuery")[0]["ListID"]
    assert account == desk.ask("PaymentMethodQuery")[0]["ListID"]
