"""Customer purchases: one row per thing bought, rows of one number are one purchase.

What Syncro's report looks like is not documented; the module is described at
https://feedback.repairshopr.com/knowledgebase/articles/298837-customer-purchases
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from apps.core.money import cents, line_amount
from apps.platforms.content import digest, to_content
from apps.platforms.records import CustomerPurchase, PurchasedItem
from apps.platforms.reports import LeftOut, Problem, ToldPurchase
from apps.platforms.syncro.reports.columns import Column, Layout, Row, fold
from apps.platforms.syncro.reports.values import ORDERS, amount, day, money, possible, quantity, settled

COLUMNS = (
    Column("number", "Number", ("Purchase Number", "Purchase #", "Customer Purchase", "Customer Purchase Number", "Customer Purchase #", "#", "No", "No.", "Purchase ID", "Customer Purchase ID", "ID")),
    Column("date", "Date", ("Purchase Date", "Purchased On", "Date Purchased", "Created", "Created At", "Created On"), needed=True),
    Column("customer", "Customer", ("Customer Name", "Organization", "Organization Name", "(Customer) Organization", "Business Name", "Name", "Purchased From", "Seller")),
    Column("customer_id", "Customer ID", ("Organization ID",)),
    Column("item", "Item", ("Description", "Item Description", "Item Name", "Device", "Product", "Product Name", "Items")),
    Column("category", "Category", ("Product Category", "Item Category")),
    Column("quantity", "Quantity", ("Qty", "Qty.")),
    Column("cost", "Cost", ("Item Cost", "Unit Cost", "Price", "Price Cost", "Purchase Price")),
    Column("total", "Total", ("Purchase Total", "Total Cost", "Amount", "Total Paid", "Amount Paid")),
    Column("method", "Paid By", ("Payment Method", "Method", "Paid With", "Payment Type", "Payment")),
    Column("status", "Status", ("Purchase Status", "State")),
)  # fmt: skip
#: What all rows of one purchase say alike, where they say it.
OF_THE_WHOLE = ("date", "customer", "customer_id", "total", "method", "status")
#: A row without any of these is a further thing of the purchase above it.
OWN = ("number", "date", "customer", "customer_id")
FOOTERS = frozenset({"total", "totals", "grandtotal", "sum", "subtotal"})


@dataclass(slots=True)
class Group:
    """The rows of one purchase as they come, good and bad."""

    rows: list[Row] = field(default_factory=list)
    bad: list[Problem] = field(default_factory=list)
    last: int = 0

    def add(self, row: Row | LeftOut) -> None:
        """A row more."""
        self.last = row.last
        if isinstance(row, LeftOut):
            self.bad.extend(row.problems)
        else:
            self.rows.append(row)

    @property
    def number(self) -> str:
        """The report's own number of it."""
        return _number(self.rows[0]) if self.rows else ""

    def text(self, name: str) -> str:
        """What its rows say of the whole; "" when none does."""
        return next((row.text(name) for row in self.rows if row.text(name)), "")


@dataclass(frozen=True, slots=True)
class Scan:
    """What a first look over all rows settles: the order of the dates, and numbers that stand in several places."""

    account: str
    order: str
    scattered: frozenset[str]


def told(layout: Layout, account_order: str) -> Iterator[ToldPurchase | LeftOut]:
    """Every purchase of the file; equal rows without a number are told apart by counting them, the same way each time."""
    scan = _scan(layout, account_order)
    equal: Counter[str] = Counter()
    for group in _groups(layout):
        yield _purchase(group, scan, equal)


def _scan(layout: Layout, account_order: str) -> Scan:
    orders, before = ORDERS, ""
    seen: set[str] = set()
    scattered: set[str] = set()
    for row in layout.rows():
        if isinstance(row, LeftOut):
            continue
        orders &= possible(row.text("date"), account_order)
        number = _number(row)
        if number and number != before and number in seen:
            scattered.add(number)
        seen.add(number)
        before = number or ("" if any(row.text(name) for name in OWN) else before)
    return Scan(account_order, settled(orders, account_order), frozenset(scattered))


def _number(row: Row) -> str:
    return row.text("number").removeprefix("#").strip()


def _groups(layout: Layout) -> Iterator[Group]:
    group = Group()
    for row in layout.rows():
        if isinstance(row, Row) and _is_footer(row):
            continue
        if group.last and not _goes_on(group, row):
            yield group
            group = Group()
        group.add(row)
    if group.last:
        yield group


def _goes_on(group: Group, row: Row | LeftOut) -> bool:
    """Whether a row belongs to the purchase above; of one that cannot be read at all nobody knows, so it stands alone."""
    if isinstance(row, LeftOut) or not group.rows:
        return False
    number = _number(row)
    return number == group.number if number else not any(row.text(name) for name in OWN)


def _is_footer(row: Row) -> bool:
    first = next((text for text in row.raw.values() if text.strip()), "")
    return fold(first) in FOOTERS and not row.text("date")


def _purchase(group: Group, scan: Scan, equal: Counter[str]) -> ToldPurchase | LeftOut:
    line = group.rows[0].line if group.rows else group.bad[0].line
    record = _record(group, scan) if group.rows else None
    problems = [*group.bad, *(problem for row in group.rows for problem in row.problems)]
    if problems or record is None:
        return LeftOut(line, group.last, tuple(problems))
    customer, customer_id = group.text("customer"), group.text("customer_id")
    external_id = group.number or _counted(record, customer_id or fold(customer), equal)
    raw = {"rows": [dict(row.raw) for row in group.rows]}
    record = replace(record, external_id=external_id, raw=raw)
    return ToldPurchase(
        line=line, last=group.last, headings=group.rows[0].headings, record=record, customer=customer, customer_id=customer_id
    )  # fmt: skip


def _counted(record: CustomerPurchase, customer: str, equal: Counter[str]) -> str:
    """An id for a purchase without a number: what it says, and the how manyth of those that say the same."""
    key = digest([to_content(record), customer])[:20]
    equal[key] += 1
    return f"row-{key}-{equal[key]}"


def _record(group: Group, scan: Scan) -> CustomerPurchase | None:
    """The purchase of these rows, without a customer; None when it has no date."""
    first = group.rows[0]
    _check_head(group, scan)
    date = first.need("date", partial(day, order=scan.order, account=scan.account))
    total = _holder(group, "total").read("total", amount)
    lines = _lines(group.rows, total)
    if total is None:
        total = sum((line.amount for line in lines), Decimal(0))
    elif sum((line.amount for line in lines), Decimal(0)) != total:
        added = sum((line.amount for line in lines), Decimal(0))
        _holder(group, "total").wrong("total", f"The items add up to {added:,.2f}; correct the total or the items.")
    if total < 0:
        first.wrong("total", "A customer purchase pays money out, so its total is not less than 0.")
    if date is None:
        return None
    return CustomerPurchase(
        number=group.number, date=date, lines=lines, total=cents(total), method=group.text("method"), stage=group.text("status")
    )  # fmt: skip


def _check_head(group: Group, scan: Scan) -> None:
    first = group.rows[0]
    if group.number in scan.scattered:
        first.wrong("number", "Rows of this purchase stand in several places; sort the file by number.")
    if not first.text("customer") and not first.text("customer_id"):
        first.wrong("customer", "Nothing says who sold it; fill in the customer's name or id.")
    for name in OF_THE_WHOLE:
        said = group.text(name)
        for row in group.rows:
            if row.text(name) not in ("", said):
                row.wrong(
                    name,
                    f"The rows of one purchase say different things; line {_holder(group, name).line} says {said}.",
                )


def _holder(group: Group, name: str) -> Row:
    return next((row for row in group.rows if row.text(name)), group.rows[0])


def _lines(rows: Sequence[Row], total: Decimal | None) -> tuple[PurchasedItem, ...]:
    alone = len(rows) == 1
    return tuple(_line(row, total if alone else None) for row in rows)


def _line(row: Row, total: Decimal | None) -> PurchasedItem:
    """A thing bought; the only one of a purchase may have its cost from the total."""
    many = row.read("quantity", quantity) or Decimal(1)
    cost = row.read("cost", money)
    if cost is None and total is None and not row.problems:
        row.wrong("cost", "Nothing says what was paid; fill in the cost or the total.")
    if cost is None:
        whole = cents(total or 0)
        each = cents(whole / many)
        cost, net = each if each * many == whole else Decimal(0), whole
    else:
        net = line_amount(many, cost)
    return PurchasedItem(
        description=row.text("item"), category=row.text("category"), quantity=many, cost=cost, amount=net
    )
