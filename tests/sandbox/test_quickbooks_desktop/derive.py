"""How apps/sandbox/quickbooks_desktop/schema.json follows from the derived facts of the specs.

Run it to write the file anew: python -m tests.sandbox.test_quickbooks_desktop.derive
"""

import json
from pathlib import Path
from typing import Any

from apps.sandbox.quickbooks_desktop import schema

from .desk import SPECS

Node = dict[str, Any]

SOURCE = SPECS / "qbxml-schema.json"
TARGET = Path(schema.__file__).parent / "schema.json"
EDITIONS = ("QBD", "QBCA")
LISTS = (
    "Account", "Class", "Customer", "Vendor", "Employee", "OtherName", "ItemService", "ItemNonInventory",
    "ItemOtherCharge", "ItemInventory", "ItemDiscount", "ItemSalesTax", "ItemSalesTaxGroup", "SalesTaxCode",
    "PaymentMethod",
)  # fmt: skip
TRANSACTIONS = ("Invoice", "CreditMemo", "ReceivePayment", "ARRefundCreditCard", "Check")
READ_ONLY = ("JournalEntry", "Deposit", "Charge")
ALWAYS_EMPTY = ("ItemSubtotal", "ItemPayment", "ItemGroup", "SalesReceipt", "Bill", "PurchaseOrder")
QUERIES = (*LISTS, *TRANSACTIONS, *READ_ONLY, *ALWAYS_EMPTY, "Host", "Company", "Preferences", "Terms", "Item", "Entity",
           "TxnDeleted", "ListDeleted")  # fmt: skip
ADDS = (*(each for each in LISTS if each not in ("Employee", "OtherName")), "StandardTerms", *TRANSACTIONS)
MODS = ("Customer", "ItemService", "ItemNonInventory", "ItemOtherCharge", "Invoice", "ReceivePayment")
REMOVALS = ("TxnVoid", "TxnDel", "ListDel")
RETS = (
    *LISTS,
    "StandardTerms",
    *TRANSACTIONS,
    *READ_ONLY,
    "Host",
    "Company",
    "Preferences",
    "TxnDeleted",
    "ListDeleted",
)


def slim(node: Node) -> Node | None:
    """A part of a form for our editions; None when neither has it."""
    if "choice" in node:
        options = [part for option in node["options"] if (part := slim_all(option))]
        return {"min": node["min"], "max": node["max"], "options": options} if options else None
    gone = [each for each in EDITIONS if each in (node.get("not_in") or ())]
    if len(gone) == len(EDITIONS):
        return None
    found: Node = {name: node[name] for name in ("name", "min", "max")}
    found |= {"not_in": gone} if gone else {}
    found |= {"attrs": node["attrs"]} if node.get("attrs") else {}
    if "children" in node:
        return {**found, "children": slim_all(node["children"])}
    longest = {each: node["maxlen"][each] for each in EDITIONS if each in (node.get("maxlen") or {})}
    found |= {"type": node.get("type") or ""} | ({"enum": node["enum"]} if node.get("enum") else {})
    return found | ({"maxlen": longest} if longest else {})


def slim_all(nodes: list[Node]) -> list[Node]:
    """The parts that are left."""
    return [found for node in nodes if (found := slim(node)) is not None]


def rets_in(nodes: list[Node]) -> dict[str, list[Node]]:
    """The Rets of an answer by name."""
    found: dict[str, list[Node]] = {}
    for node in nodes:
        for option in node.get("options", ()):
            found |= rets_in(option)
        if node.get("name", "").endswith("Ret") and "children" in node:
            found[node["name"]] = node["children"]
    return found


def derive() -> Node:
    """The content of schema.json."""
    messages = json.loads(SOURCE.read_text())["messages"]
    names = [f"{each}QueryRq" for each in QUERIES] + [f"{each}AddRq" for each in ADDS]
    names += [f"{each}ModRq" for each in MODS] + [f"{each}Rq" for each in REMOVALS]
    requests = {
        name: {"attrs": sorted(messages[name]["attrs"]), "children": slim_all(messages[name]["children"])}
        for name in names
    }
    rets: dict[str, list[Node]] = {}
    for name in names:
        rets |= rets_in(slim_all(messages[f"{name[:-2]}Rs"]["children"]))
    rets = {f"{each}Ret": rets[f"{each}Ret"] for each in RETS}
    for verb in REMOVALS:
        children = [each for each in messages[f"{verb}Rs"]["children"] if each.get("name") != "ErrorRecovery"]
        rets[f"{verb}Rs"] = slim_all(children)
    return {"requests": requests, "rets": rets, "known": sorted(set(messages) - set(requests) - _answers(messages))}


def _answers(messages: Node) -> set[str]:
    return {name for name in messages if not name.endswith("Rq")}


if __name__ == "__main__":
    TARGET.write_text(json.dumps(derive(), separators=(",", ":")) + "\n")
