"""Contact groups: Xero keeps nobody below anybody, so a sub-customer stands in a group named after its parent.

A place in a group is a document of its own beside the contact, `<group>:<contact>`; before it there may be the empty
group, `<group>`. Neither can be done twice: a group's name is taken once, and a contact is in a group or not.
https://developer.xero.com/documentation/api/accounting/contactgroups
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from apps.platforms.base import ABSENT, Answer, Draft, Found, Outcome, Verb, Write
from apps.platforms.errors import Refused, TryLater, Unsure
from apps.platforms.records import CustomerGroup
from apps.platforms.xero.client import Client
from apps.platforms.xero.errors import refusal
from apps.platforms.xero.translate.values import Raw, parts, text

ROOT = "ContactGroups"
ENTITY = CustomerGroup.entity


def draft_groups(client: Client, writes: Sequence[Write], new_key: Callable[[], str]) -> list[Draft]:
    """A request per write: the group where there is none of its name yet, else the contact's place in it. Reads the
    groups. Of several that want the same new group only the first is drafted. Raises TryLater, Refused.
    """
    known = _groups(client)
    drafts: list[Draft] = []
    begun: set[str] = set()
    for position, write in enumerate(writes):
        record = _record(write)
        if write.verb not in (Verb.CREATE, Verb.UPDATE):
            raise Refused("Contacts are taken out of their groups in Xero, by a person.")
        group, name = known.get(_folded(record.name), ""), _folded(record.name)
        if name in begun:
            continue
        if group:
            body = {"ContactID": record.customer_id}
            draft = client.draft("create_contact_group_contacts", group, root="Contacts", bodies=[body])
        else:
            begun.add(name)
            draft = client.draft("create_contact_group", root=ROOT, bodies=[{"Name": record.name}])
        drafts.append(replace(draft, key=new_key(), entity=ENTITY, verb=Verb.CREATE.value, positions=(position,)))
    return drafts


def read_group(client: Client, draft: Draft) -> list[Outcome]:
    """Send one draft and read what it made. Raises TryLater, Unsure, NeedsReconnect."""
    status, answer = client.send(draft)
    if status >= 400:
        error = refusal(answer, status)
        if isinstance(error, TryLater | Unsure):
            raise error
        return [Outcome(error=error)]
    return [_made(draft, answer if isinstance(answer, Mapping) else {})]


def find_group(client: Client, write: Write) -> Found | Answer:
    """Whether the group is there, and for an update whether the contact is in it. Raises TryLater."""
    record = _record(write)
    group = _groups(client).get(_folded(record.name), "")
    if not group:
        return ABSENT
    whole = client.one("get_contact_group", ROOT, group) or {}
    inside = record.customer_id in {text(each, "ContactID") for each in parts(whole, "Contacts")}
    if write.verb is not Verb.CREATE and not inside:
        return ABSENT
    return Found(_place(group, record.name, record.customer_id if inside else ""))


def _made(draft: Draft, answer: Raw) -> Outcome:
    """A new group, with nobody in it yet; or a place in one."""
    sent = json.loads(draft.body)
    if new := parts(sent, ROOT):
        group = next((text(row, "ContactGroupID") for row in parts(answer, ROOT)), "")
        return Outcome(record=_place(group, text(new[0], "Name"), "")) if group else Outcome(error=Unsure())
    group, contact = draft.path.split("/")[-2], text(parts(sent, "Contacts")[0], "ContactID")
    return Outcome(record=_place(group, "", contact))


def _place(group: str, name: str, contact: str) -> CustomerGroup:
    key = f"{group}:{contact}" if contact else group
    return CustomerGroup(external_id=key, name=name, customer_id=contact)


def _groups(client: Client) -> dict[str, str]:
    """Ids of the groups in use, by name."""
    rows, _ = client.rows("get_contact_groups", ROOT)
    live = [row for row in rows if text(row, "Status") in ("", "ACTIVE")]
    return {_folded(text(row, "Name")): text(row, "ContactGroupID") for row in live}


def _record(write: Write) -> CustomerGroup:
    return cast("CustomerGroup", write.record)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
