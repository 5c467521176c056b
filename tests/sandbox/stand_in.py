"""As much of the books as the sandbox touches, for tests that are not about the books."""

from __future__ import annotations

from apps.sandbox.frame import PocketApp
from apps.sandbox.store import Document


class StandIn(PocketApp):
    """The control verbs that the shop and the sandbox command call."""

    def control_new_company(self) -> Document:
        return {"realm": str(self.store.next_id("realm", 9130))}

    def control_registration(self) -> Document:
        return {"client_id": "id", "client_secret": "secret", "webhook_verifier": "v"}

    def control_grant(self) -> Document:
        return {**self.control_registration(), "refresh_token": "R9130"}

    def control_setting(self, name: str, value: float) -> None:
        self.store.put("setting", name, {"value": value})

    def control_create(self, entity: str, body: Document) -> str:
        key = str(self.store.next_id(entity))
        self.store.put(entity, key, {"Id": key, **body})
        return key

    def control_own_vendor(self, name: str) -> str:
        return self.control_create("Vendor", {"DisplayName": name})

    def control_deposit_item(self) -> str:
        return self.control_create("Item", {"Name": "Customer deposits"})

    def control_tax_rate(self, name: str, percent: str, parts: list[str] | None = None) -> str:
        return self.control_create("TaxCode", {"Name": name, "percent": percent, "parts": parts})

    def control_booked(self, number: str) -> Document:
        found = [doc for doc in self.store.all("Invoice") if doc["DocNumber"] == number]
        if not found:
            raise LookupError(f"no invoice {number}")
        customer = found[0]["CustomerRef"]["value"]
        return {"id": found[0]["Id"], "customer_id": customer, "number": number, "open": found[0]["Balance"]}

    def control_paid_by(self, invoice_id: str) -> list[Document]:
        on = [
            doc
            for doc in self.store.all("Payment")
            for line in doc["Line"]
            if line["LinkedTxn"][0]["TxnId"] == invoice_id
        ]
        return [{"id": doc["Id"], "amount": doc["TotalAmt"]} for doc in on]

    def control_state(self, kind: str) -> list[Document]:
        return list(self.store.all(kind))

    def control_pay(self, customer_id: str, amount: str, apply: dict[str, str], date: str, ref: str) -> str:
        return self.control_create("Payment", {"CustomerRef": {"value": customer_id}, "TotalAmt": amount,
                                               "PaymentRefNum": ref, **_lines(apply)})  # fmt: skip

    def control_move_payment(self, id: str, apply: dict[str, str]) -> None:  # noqa: A002
        self.store.put("Payment", id, {**(self.store.get("Payment", id) or {}), **_lines(apply)})


def _lines(parts: dict[str, str]) -> Document:
    return {"Line": [{"Amount": part, "LinkedTxn": [{"TxnId": key, "TxnType": "Invoice"}]}
                     for key, part in parts.items()]}  # fmt: skip
