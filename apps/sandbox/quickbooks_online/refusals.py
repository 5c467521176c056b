"""How the vendor says no: faults of the service (`Fault`) and of the gateway in front of it (`fault`)."""

from __future__ import annotations

from typing import Any

MESSAGES = {
    "500": "Unsupported Operation",
    "600": "Duplicate Request ID",
    "610": "Object Not Found",
    "620": "Transaction can not be linked",
    "1040": "Batch limit exceeded",
    "2010": "Request has invalid or unsupported property",
    "2020": "Required param missing, need to supply the required value for the API",
    "2030": "Invalid or unsupported minor version",
    "2050": "Invalid String Length",
    "2130": "Invalid Request ID",
    "2170": "Invalid Enumeration",
    "2210": "Invalid Email Address format",
    "2500": "Invalid Reference Id",
    "4000": "Error parsing query",
    "4001": "Invalid query",
    "5010": "Stale Object Error",
    "6000": "A business validation error has occurred while processing your request",
    "6070": "Amount is not equal to UnitPrice * Qty",
    "6100": "Invalid tax code",
    "6110": "Merchant account transaction cannot be updated",
    "6120": "Merchant account transaction cannot be deleted",
    "6130": "Cannot change who the customer bills with",
    "6140": "Duplicate Document Number Error",
    "6150": "ParentRef and Job do not match",
    "6170": "TxnTaxDetail is not allowed with GlobalTaxCalculation NotApplicable",
    "6180": "Too many levels",
    "6200": "Account Period Closed",
    "6210": "Account Period Closed, Cannot Update Through Services API",
    "6220": "Cannot deactivate a name that has a balance",
    "6240": "Duplicate Name Exists Error",
    "6430": "Invalid account type used",
    "6440": "Line needs an item or an account",
    "6450": "Void refused, the transaction was settled",
    "6540": "Deposited Transaction cannot be changed",
}


class Refusal(Exception):
    """One validation fault: the vendor's code, its sentence and the element it is about."""

    def __init__(self, code: str, detail: str = "", element: str = "") -> None:
        super().__init__(f"{code} {detail}")
        self.code, self.element = code, element
        message = MESSAGES.get(code, "Error")
        self.detail = detail if code == "2010" else f"{message} : {detail}" if detail else message

    def body(self) -> dict[str, Any]:
        """The Fault object, without its envelope."""
        error = {
            "Message": MESSAGES.get(self.code, "Error"),
            "Detail": self.detail,
            "code": self.code,
            "element": self.element,
        }
        return {"Error": [error], "type": "SystemFault" if self.code == "500" else "ValidationFault"}


def gateway_fault(code: str, name: str, status: int, kind: str) -> dict[str, Any]:
    """What the gateway answers in lower case; kind: AUTHENTICATION, AUTHORIZATION or SERVICE."""
    message = f"message={name}; errorCode={code.zfill(6)}; statusCode={status}"
    error = {"message": message, "detail": name, "code": code, "element": None}
    nothing = dict.fromkeys(("warnings", "intuitObject", "report", "queryResponse", "requestId"))
    return {**nothing, "fault": {"error": [error], "type": kind}, "batchItemResponse": [], "status": None}
