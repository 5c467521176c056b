"""The part of the vendor's schema that we ship: run `python -m tests.platforms.quickbooks_desktop.facts` to write it anew."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
SPECS = Path(os.environ.get("TIEOUT_SPECS") or ROOT.parent / "shared" / "specs") / "qbd"
SHIPPED = ROOT / "apps/platforms/quickbooks_desktop/schema.json"
#: The editions we write for: the United States and Canada.
EDITIONS = ("QBD", "QBCA")
#: The requests we send.
REQUESTS = (
    "AccountQueryRq", "ARRefundCreditCardAddRq", "ARRefundCreditCardQueryRq", "ChargeQueryRq", "CheckQueryRq",
    "CreditMemoAddRq", "CreditMemoModRq", "CreditMemoQueryRq", "CustomerAddRq", "CustomerModRq", "CustomerQueryRq",
    "DepositQueryRq", "InvoiceAddRq", "InvoiceModRq", "InvoiceQueryRq", "ItemInventoryModRq", "ItemNonInventoryAddRq",
    "ItemNonInventoryModRq", "ItemOtherChargeModRq", "ItemQueryRq", "ItemSalesTaxGroupQueryRq", "ItemSalesTaxQueryRq",
    "ItemServiceAddRq", "ItemServiceModRq", "JournalEntryQueryRq", "ListDeletedQueryRq", "PaymentMethodQueryRq",
    "ReceivePaymentAddRq", "ReceivePaymentModRq", "ReceivePaymentQueryRq", "SalesTaxCodeQueryRq", "TxnDelRq",
    "TxnDeletedQueryRq", "TxnVoidRq",
)  # fmt: skip
#: Parts we never write; they hold card numbers, custom fields and the like.
LEFT_OUT = frozenset({
    "AdditionalContactRef", "AdditionalNotes", "AdditionalNotesMod", "BarCode", "Contacts", "ContactsMod",
    "CreditCardInfo", "CreditCardTxnInfo", "CurrencyFilter", "DataExt", "DateMacro", "ShipAddress", "ShipToAddress",
})  # fmt: skip


def subset(spec: dict[str, Any]) -> dict[str, Any]:
    """The facts of the requests we send, in the order of the fields."""
    return {
        name: {"attrs": sorted(spec[name]["attrs"]), "fields": _fields(spec[name]["children"])} for name in REQUESTS
    }


def _fields(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_field(node) for node in nodes if node.get("name") not in LEFT_OUT and _absent(node) != list(EDITIONS)]


def _absent(node: dict[str, Any]) -> list[str]:
    return [edition for edition in EDITIONS if edition in (node.get("not_in") or [])]


def _field(node: dict[str, Any]) -> dict[str, Any]:
    many = {"min": node["min"], "max": node["max"]}
    if "choice" in node:
        return {"choice": [_fields(option) for option in node["options"] if _fields(option)], **many}
    kept: dict[str, Any] = {"name": node["name"], **many}
    lengths = {edition: node["maxlen"][edition] for edition in EDITIONS if edition in (node.get("maxlen") or {})}
    kept |= {"type": node["type"]} if "type" in node else {}
    kept |= {"length": lengths} if lengths else {}
    kept |= {"not_in": _absent(node)} if _absent(node) else {}
    kept |= {"since": node["since"]} if node.get("since") else {}
    kept |= {"enum": node["enum"]} if node.get("enum") else {}
    return kept | ({"fields": _fields(node["children"])} if "children" in node else {})


def spelled(facts: dict[str, Any]) -> str:
    """As the file holds them: a request a line, so that a change of one is seen."""
    rows = ",\n".join(f" {json.dumps(name)}: {json.dumps(facts[name], separators=(',', ':'))}" for name in facts)
    return "{\n" + rows + "\n}\n"


if __name__ == "__main__":
    SHIPPED.write_text(spelled(subset(json.loads((SPECS / "qbxml-schema.json").read_text())["messages"])))
