"""Payments: what they are put on, what stays unapplied, and credits that apply themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from apps.sandbox.quickbooks_online.company import Company
from apps.sandbox.quickbooks_online.index import LINK_TYPES, Key, applications, debit_of, ref
from apps.sandbox.quickbooks_online.money import ZERO, cents, dec, num
from apps.sandbox.quickbooks_online.references import Change, check_references, required
from apps.sandbox.quickbooks_online.refusals import Refusal
from apps.sandbox.quickbooks_online.sales import start_transaction
from apps.sandbox.store import Document

NAME_VALUE = {
    "name": "{http://schema.intuit.com/finance/v3}NameValue",
    "declaredType": "com.intuit.schema.finance.v3.NameValue",
    "scope": "javax.xml.bind.JAXBElement$GlobalScope",
    "nil": False,
    "globalScope": True,
    "typeSubstituted": False,
}
OVER = "You can't apply more than the open balance of a transaction, or more than the payment and its credits"


def finish_payment(change: Change, new: Document) -> Document:
    """A payment as it will be kept: lines checked, the rest unapplied."""
    required(new, "CustomerRef", "TotalAmt")
    if change.old:
        required(change.sent, "CustomerRef", "TotalAmt")
    check_references(change, new, change.old)
    start_transaction(change, new)
    company = change.company
    total = cents(dec(new["TotalAmt"]))
    if total < 0:
        raise Refusal("6000", "Transaction amount must be 0 or greater.", "TotalAmt")
    lines = [line for line in new.get("Line") or [] if keeps(change, new, line)]
    payer, own = ref(new, "CustomerRef"), str(new.get("Id", ""))
    debits, taken = check_open(company, lines, payer, own)
    if debits > total + taken:
        raise Refusal("6000", OVER, "Line")
    if not total and not lines and not new.get("Line") and change.old is None:
        raise Refusal("6000", "A payment without an amount needs lines", "TotalAmt")
    new |= {"TotalAmt": num(total), "UnappliedAmt": num(total + taken - debits), "ProcessPayment": False}
    new["Line"] = [shown_line(company, line, payer, own) for line in lines]
    if not ref(new, "DepositToAccountRef"):
        new["DepositToAccountRef"] = {"value": company.profile["undeposited_funds"]}
    return new


def keeps(change: Change, new: Document, line: Document) -> bool:
    """Whether a line is booked: refused when wrong, silently dropped where the vendor is said to drop it."""
    required(line, "Amount", "LinkedTxn")
    links = line["LinkedTxn"]
    if len(links) != 1:
        raise Refusal("6000", "One linked transaction per line", "LinkedTxn")
    required(links[0], "TxnId", "TxnType")
    kind, key = links[0]["TxnType"], links[0]["TxnId"]
    if kind not in LINK_TYPES:
        raise Refusal("620", f"TxnType {kind}", "LinkedTxn")
    if dec(line["Amount"]) <= 0:
        raise Refusal("6000", "The amount of a line must be positive", "Line")
    target = change.company.seen(LINK_TYPES[kind], str(key))
    if target is None:
        raise Refusal("610", f"{kind} {key} was not found", "LinkedTxn")
    if kind == "Expense" and change.setting("expense_link") == "dropped":
        return False
    return may_pay(change, new, target)


def may_pay(change: Change, new: Document, target: Document) -> bool:
    """The target belongs to the payer, or to a sub-customer that bills with it."""
    payer, owner = ref(new, "CustomerRef"), ref(target, "CustomerRef")
    if not owner or owner == payer:
        return True
    sub = change.company.raw("Customer", owner) or {}
    if change.setting("parent_pays_sub") and sub.get("BillWithParent") and ref(sub, "ParentRef") == payer:
        return True
    if change.setting("other_customers_invoice") == "refuse":
        raise Refusal("6000", "The linked transaction belongs to another customer", "LinkedTxn")
    return False


def key_of(line: Document) -> Key:
    """(entity, id) a line points to."""
    link = line["LinkedTxn"][0]
    return LINK_TYPES[link["TxnType"]], str(link["TxnId"])


def owner_of(company: Company, key: Key, payer: str) -> str:
    """Whose receivable a document is."""
    return ref(company.raw(*key) or {}, "CustomerRef") or payer


def open_balance(company: Company, key: Key, payer: str, but: str = "") -> Decimal:
    """What is still open of a document: positive for debits and credits alike."""
    return abs(debit_of(company, key, owner_of(company, key, payer))) - company.index.applied(*key, but)


def check_open(company: Company, lines: list[Document], payer: str, own: str) -> tuple[Decimal, Decimal]:
    """The sums put on debits and taken from credits; 6000 when a document has less open than that."""
    wanted: dict[Key, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        wanted[key_of(line)] += cents(dec(line["Amount"]))
    debits = taken = ZERO
    for key, amount in wanted.items():
        if amount > open_balance(company, key, payer, own):
            raise Refusal("6000", OVER, "Line")
        if debit_of(company, key, owner_of(company, key, payer)) > 0:
            debits += amount
        else:
            taken += amount
    return debits, taken


def shown_line(company: Company, line: Document, payer: str, own: str) -> Document:
    """A line as the vendor keeps it, with what it says about the linked document."""
    key = key_of(line)
    doc = company.raw(*key) or {}
    facts = {"txnId": key[1], "txnOpenBalance": f"{open_balance(company, key, payer, own):.2f}"}
    if doc.get("DocNumber"):
        facts["txnReferenceNumber"] = doc["DocNumber"]
    values = [{**NAME_VALUE, "value": {"Name": name, "Value": value}} for name, value in facts.items()]
    link = {"TxnId": key[1], "TxnType": line["LinkedTxn"][0]["TxnType"]}
    return {"Amount": num(dec(line["Amount"])), "LinkedTxn": [link], "LineEx": {"any": values}}


def touched(old: Document | None, new: Document | None) -> set[Key]:
    """The documents whose open balance a payment's change moves."""
    before = dict(sums(old)) if old else {}
    after = dict(sums(new)) if new else {}
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def sums(payment: Document) -> Iterator[tuple[Key, Decimal]]:
    """(document, amount) with lines to the same document added up."""
    total: dict[Key, Decimal] = defaultdict(lambda: ZERO)
    for key, amount in applications(payment):
        total[key] += amount
    yield from total.items()


def touch_documents(company: Company, old: Document | None, new: Document | None) -> None:
    """Documents a payment was put on or taken from change as well, where the setting says so."""
    for entity, key in sorted(touched(old, new)):
        if company.settings["payment_touches_invoice"] and company.raw(entity, key):
            company.touch(entity, key)


def unapply(company: Company, key: Key, only: str = "") -> None:
    """Take every payment off a document: the amounts become unapplied again."""
    for payment_id in list(company.index.links[key]):
        old = company.raw("Payment", payment_id) or {}
        lines = [line for line in old["Line"] if key_of(line) != key]
        freed = company.index.links[key][payment_id]
        sign = 1 if debit_of(company, key, owner_of(company, key, ref(old, "CustomerRef"))) > 0 else -1
        unapplied = dec(old["UnappliedAmt"]) + sign * freed
        company.put("Payment", {**old, "Line": lines, "UnappliedAmt": num(unapplied)})


def apply_credits(company: Company, invoice: Document) -> None:
    """AutoApplyCredit: unapplied payments first, then credit memos through a payment of nothing."""
    customer, key = ref(invoice, "CustomerRef"), ("Invoice", invoice["Id"])
    for payment in [doc for doc in company.all("Payment") if ref(doc, "CustomerRef") == customer]:
        amount = min(dec(payment["UnappliedAmt"]), open_balance(company, key, customer))
        if amount > 0:
            line = {"Amount": num(amount), "LinkedTxn": [{"TxnId": key[1], "TxnType": "Invoice"}]}
            lines = [*payment.get("Line", []), shown_line(company, line, customer, payment["Id"])]
            rest = num(dec(payment["UnappliedAmt"]) - amount)
            company.put("Payment", {**payment, "Line": lines, "UnappliedAmt": rest})
    for memo in [doc for doc in company.all("CreditMemo") if ref(doc, "CustomerRef") == customer]:
        source = ("CreditMemo", memo["Id"])
        amount = min(open_balance(company, source, customer), open_balance(company, key, customer))
        if amount > 0:
            pay_with_credit(company, customer, amount, (key, source))


def pay_with_credit(company: Company, customer: str, amount: Decimal, keys: tuple[Key, Key]) -> None:
    """The payment of nothing that ties a credit memo to an invoice."""
    links = [{"TxnId": key[1], "TxnType": key[0]} for key in keys]
    lines = [{"Amount": num(amount), "LinkedTxn": [link]} for link in links]
    body = {"CustomerRef": {"value": customer}, "TotalAmt": 0.0, "UnappliedAmt": 0.0, "ProcessPayment": False}
    body |= {"TxnDate": company.today(), "CurrencyRef": {"value": company.profile["home_currency"]}}
    shown = [shown_line(company, line, customer, "") for line in lines]
    company.put("Payment", {**body, "Line": shown})
