"""An invoice of Syncro whose tax does not come out of its lines and rates, and tax rates nobody has told yet.

Neither holds anything up: the invoice goes to the books with the tax Syncro charged. So neither moves the tie-out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet

from apps.connections.models import Company
from apps.mappings.models import TaxRate
from apps.platforms.records import Status
from apps.reconciliation.effects import names_of
from apps.reconciliation.kinds.base import Finding, MismatchKind, short_subject
from apps.reconciliation.kinds.cases import describe, money
from apps.sync.models import InvoiceTax
from apps.sync.tax.judge import book_of
from apps.sync.tax.rebuild import Verdict

#: So many lines and rates are named in a sentence; all of them are in the facts.
SHOWN = 8
#: So many invoices are items of their own; where there are more, a rate is wrong, and one item says how many.
MOST = 50


class TaxCannotBeRebuilt(MismatchKind):
    """One item for each invoice that does not come out, with the arithmetic; one for all rates still to be told."""

    name: ClassVar[str] = "tax_cannot_be_rebuilt"
    title: ClassVar[str] = "Tax cannot be worked out"
    entity: ClassVar[str] = "invoice"
    codes: ClassVar[tuple[str, ...]] = ()
    resolutions: ClassVar[tuple[str, ...]] = ("ignore",)

    def find(self, company: Company) -> Iterable[Finding]:
        """What the last look at the invoices' tax left open; nothing while nobody has told any rate."""
        if not book_of(company):
            return
        judged = _standing(company)
        off = judged.filter(verdict=Verdict.IMPOSSIBLE)
        newest = list(off.select_related("invoice").defer("invoice__raw").order_by("-invoice__date", "-pk")[:MOST])
        names = names_of(company, {f"syncro:{each.invoice.party}" for each in newest})
        for each in newest:
            yield self._of_invoice(each, names[f"syncro:{each.invoice.party}"])
        more = off.count() - len(newest)
        if more:
            yield self._of_more(more)
        waiting = list(judged.filter(verdict=Verdict.RATES_MISSING).values_list("missing", flat=True))
        if waiting:
            yield self._of_rates(company, waiting)

    def _of_invoice(self, judged: InvoiceTax, customer: str) -> Finding:
        row, shown = judged.invoice, judged.arithmetic
        return Finding(
            kind=self.name, subject=short_subject("syncro", "invoice", row.external_id), entity="invoice", syncro=row.pk,
            customer=customer, facts={"number": row.content.get("number", ""), **shown},
            sentence=f"{describe(row, customer)} says tax {money(Decimal(shown['tax']))}, but {_sum(shown)}: "
            f"{_lines(shown['lines'])}. {_tried(shown)} If a rate is wrong or missing here, correct it under Tax rates; if the "
            "invoice is wrong, correct it in Syncro. It goes to the books with the tax that Syncro charged.",
        )  # fmt: skip

    def _of_more(self, count: int) -> Finding:
        return Finding(
            kind=self.name, subject="more invoices", entity="invoice", facts={"count": count},
            sentence=f"The tax of {count} more invoices does not come out of their lines and rates either; only the {MOST} newest "
            "are listed one by one. Where there are so many a rate is told wrongly or missing: correct it under Tax rates.",
        )  # fmt: skip

    def _of_rates(self, company: Company, waiting: Sequence[Sequence[str]]) -> Finding:
        keys = list(dict.fromkeys(key for missing in waiting for key in missing))
        called = dict(TaxRate.objects.filter(company=company, external_id__in=keys).values_list("external_id", "name"))
        rates = [_named(key, called.get(key, "")) for key in keys]
        count = "1 invoice" if len(waiting) == 1 else f"{len(waiting)} invoices"
        return Finding(
            kind=self.name, subject="tax rates", entity="mapping", facts={"rates": rates, "count": len(waiting)},
            sentence=f"The tax of {count} cannot be worked out line by line until somebody says what Syncro's API does not: "
            f"{_told(rates)}. Say it under Mappings (Tax rates), or load the list with "
            f"import-csv {company.slug} tax-rates FILE. Until then they go to the books with the tax that Syncro charged.",
        )  # fmt: skip


def _standing(company: Company) -> QuerySet[InvoiceTax]:
    """What was judged of invoices that still count."""
    judged = InvoiceTax.objects.filter(
        company=company, invoice__gone_at__isnull=True, invoice__status__in=[Status.ACTIVE, Status.INACTIVE]
    )
    return judged.filter(invoice__date__gte=company.start_date) if company.start_date else judged


def _sum(shown: Mapping[str, Any]) -> str:
    made, tax = Decimal(shown["sum"]), Decimal(shown["tax"])
    return f"its lines make {money(made)} ({money(abs(tax - made))} {'less' if tax > made else 'more'})"


def _lines(lines: Sequence[Mapping[str, Any]]) -> str:
    listed = [_line(line) for line in lines[:SHOWN]]
    return "; ".join([*listed, *([f"and {len(lines) - SHOWN} more lines"] if len(lines) > SHOWN else [])])


def _line(line: Mapping[str, Any]) -> str:
    what = f"{line['what'] or 'a line'} {money(Decimal(line['net']))}"
    if not line["taxable"]:
        return f"{what} is not taxable"
    return f"{what} at {line['rate']} {line['percent']} % is {money(Decimal(line['tax']))}"


def _tried(shown: Mapping[str, Any]) -> str:
    """What each way of rounding makes, and that other rates were tried too."""
    made: dict[str, list[str]] = {}
    for reading in shown["readings"]:
        made.setdefault(reading["tax"], []).append(reading["rounded"])
    rounded = "; ".join(f"{money(Decimal(total))} rounded {', '.join(ways)}" for total, ways in made.items())
    return f"That is {rounded}; and no other rate known here makes it come out."


def _named(key: str, name: str) -> dict[str, str]:
    """A rate to be told; both empty is the account's default. One of a file has no id of Syncro, its key is its name."""
    return {"id": "", "name": key[1:-1]} if key.startswith("(") else {"id": key, "name": name}


def _told(rates: Sequence[Mapping[str, str]]) -> str:
    named = [
        f"the percent of {each['name'] or 'the tax rate with the id ' + each['id']}"
        for each in rates
        if any(each.values())
    ]
    named = named[:SHOWN] + ([f"and of {len(named) - SHOWN} more"] if len(named) > SHOWN else [])
    default = ["which rate is the account's default"] if any(not any(each.values()) for each in rates) else []
    return ", ".join([*named, *default])
