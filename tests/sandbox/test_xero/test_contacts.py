"""Contacts: names, numbers, archives, groups."""

from .desk import ZERO, Desk

TAKEN = "The contact name {} is already assigned to another contact."


def test_a_name_is_unique_among_active_contacts(desk: Desk) -> None:
    key = desk.contact("Café Acme")
    assert desk.refused("PUT", "Contacts", {"Name": "cafe  ACME "}).startswith(TAKEN.format("cafe  ACME "))
    desk.edit("Contacts", key, ContactStatus="ARCHIVED")
    assert desk.contact("Café Acme") != key


def test_a_number_is_unique_even_among_archived_ones(desk: Desk) -> None:
    key = desk.contact(ContactNumber="c-1")
    desk.control.archive(id=key)
    words = desk.refused("PUT", "Contacts", {"Name": "Other", "ContactNumber": "C-1"})
    assert "unique across all contacts" in words
    assert desk.read("Contacts", "c-1")["ContactID"] == key


def test_post_silently_overwrites_who_has_the_name(desk: Desk) -> None:
    key = desk.contact(EmailAddress="old@acme.example")
    again = desk.make("Contacts", {"Name": "ACME", "EmailAddress": "new@acme.example"}, "POST")
    assert (again["ContactID"], again["EmailAddress"]) == (key, "new@acme.example")
    assert len(desk.rows("Contacts")) == 1


def test_an_update_leaves_what_it_does_not_name(desk: Desk) -> None:
    key = desk.contact(FirstName="Ann", Addresses=[{"AddressType": "POBOX", "City": "X"}])
    made = desk.edit("Contacts", key, LastName="Lee")
    assert (made["FirstName"], made["LastName"], made["Addresses"][0]["City"]) == ("Ann", "Lee", "X")
    street = [{"AddressType": "STREET", "City": "Y"}]
    assert "City" not in desk.edit("Contacts", key, Addresses=street)["Addresses"][0]
    desk.control.setting(name="contact_lists", value="merge")
    desk.edit("Contacts", key, Addresses=[{"AddressType": "POBOX", "City": "Z"}])
    assert [each["City"] for each in desk.read("Contacts", key)["Addresses"]] == ["Z", "Y"]


def test_there_are_always_two_addresses_and_four_phones(desk: Desk) -> None:
    made = desk.read("Contacts", desk.contact())
    assert (len(made["Addresses"]), len(made["Phones"])) == (2, 4)


def test_what_is_too_long_or_wrong_is_refused(desk: Desk) -> None:
    assert "Name" in desk.refused("PUT", "Contacts", {"Name": "x" * 256})
    assert desk.refused("PUT", "Contacts", {"FirstName": "A"}) == "Contact name cannot be empty"
    assert "Email" in desk.refused("PUT", "Contacts", {"Name": "A", "EmailAddress": "jürg@x.example"})
    assert "Country" in desk.refused("PUT", "Contacts", {"Name": "A", "Addresses": [{"Country": "U5"}]})
    people = [{"FirstName": str(n)} for n in range(6)]
    assert "contact persons" in desk.refused("PUT", "Contacts", {"Name": "A", "ContactPersons": people})
    assert desk.send("PUT", "Contacts", {"Name": 5}).json()["ErrorNumber"] == 14
    assert desk.send("PUT", "Contacts", {"Nmae": "A"}).json()["ErrorNumber"] == 14


def test_archived_contacts_are_shown_when_asked_for_and_stay_archived(desk: Desk) -> None:
    key = desk.contact()
    desk.edit("Contacts", key, ContactStatus="ARCHIVED")
    assert desk.rows("Contacts") == []
    assert len(desk.rows("Contacts", includeArchived="true")) == 1
    assert "archived" in desk.refused("POST", f"Contacts/{key}", {"ContactStatus": "ACTIVE"})
    assert "archived" in desk.refused("PUT", "Invoices", desk.sale(key))
    desk.control.setting(name="unarchive", value="allow")
    assert desk.edit("Contacts", key, ContactStatus="ACTIVE")["ContactStatus"] == "ACTIVE"


def test_a_sale_makes_a_customer_and_nobody_notices(desk: Desk) -> None:
    before = desk.read("Contacts", desk.contact())
    desk.invoice(before["ContactID"])
    after = desk.read("Contacts", before["ContactID"])
    assert (before["IsCustomer"], after["IsCustomer"]) == (False, True)
    assert after["UpdatedDateUTC"] == before["UpdatedDateUTC"]
    assert after["Balances"]["AccountsReceivable"] == {"Outstanding": 100, "Overdue": 100}


def test_merged_contacts_leave_their_documents_to_the_winner(desk: Desk) -> None:
    loser, winner = desk.contact("A"), desk.contact("B")
    made = desk.invoice(loser)
    desk.control.merge_contacts(loser=loser, winner=winner)
    gone = desk.read("Contacts", loser)
    assert (gone["ContactStatus"], gone["MergedToContactID"]) == ("ARCHIVED", winner)
    assert desk.read("Invoices", made["InvoiceID"])["Contact"]["ContactID"] == winner


def test_groups_hold_contacts(desk: Desk) -> None:
    key, group = desk.contact(), desk.make("ContactGroups", {"Name": "Chain"})["ContactGroupID"]
    desk.send("PUT", f"ContactGroups/{group}/Contacts", {"Contacts": [{"ContactID": key}]})
    assert desk.read("ContactGroups", group)["Contacts"][0]["ContactID"] == key
    assert desk.read("Contacts", key)["ContactGroups"][0]["Name"] == "Chain"
    assert desk.send("DELETE", f"ContactGroups/{group}/Contacts/{key}").status_code == 204
    assert desk.read("ContactGroups", group)["Contacts"] == []
    assert desk.send("DELETE", f"ContactGroups/{group}/Contacts/{ZERO}").status_code == 404
