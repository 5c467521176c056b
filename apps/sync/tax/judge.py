"""Invoices whose tax was not worked out yet, or from what is no longer true: a few queries for hundreds of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from apps.connections.models import Company
from apps.core.money import cents
from apps.mappings.models import TaxRate
from apps.mirror.models import SyncroRecord
from apps.mirror.store import live
from apps.platforms.content import digest
from apps.sync.models import InvoiceTax
from apps.sync.tax.rates import Rate, RateBook, is_archived
from apps.sync.tax.rebuild import Answer, TaxedInvoice, Verdict, readings_of, rebuild
from apps.sync.tax.rounding import tax_of
from apps.sync.tax.told import adds_up, as_told

CHUNK = 500
#: One pass works out so many; what is left waits for the next, as after rates were told to an account with years of them.
MOST = 5_000
#: A group may hold groups, but not for ever.
DEEPEST = 3
_WRITTEN = ["verdict", "several", "lines", "arithmetic", "missing", "seen", "rates", "products", "judged_at"]


def rebuild_taxes(company: Company) -> int:
    """Work out the tax of every line that is due; gives how many invoices were judged. Nothing without any tax rate."""
    book = book_of(company)
    if not book:
        return 0
    products = rates_of_products(company)
    stamps = {"rates": _stamp_of_rates(company), "products": digest(products)}
    due = list(_due(company, stamps).values_list("pk", flat=True).order_by("-pk")[:MOST])
    for start in range(0, len(due), CHUNK):
        _judge(company, due[start : start + CHUNK], book, products, stamps)
    return len(due)


def rates_of_lines(company: Company, invoices: Iterable[int]) -> dict[str, str]:
    """The key of the rate of each line, by line id, of those invoices whose lines surely have different rates."""
    told = InvoiceTax.objects.filter(
        company=company, invoice__in=list(invoices), verdict=Verdict.SURE, several=True, seen=F("invoice__digest")
    )
    return {line["line"]: line["rate"] for lines in told.values_list("lines", flat=True) for line in lines}


def book_of(company: Company) -> RateBook:
    """The company's tax rates as they are told now."""
    rows = list(TaxRate.objects.filter(company=company).order_by("pk"))
    by_key = {_key(row): row for row in rows}
    by_name = {row.name.casefold(): row for row in rows if row.name}
    rates = [
        Rate(key, row.name, _parts(row, by_key, by_name), row.archived or is_archived(row.name))
        for key, row in by_key.items()
    ]
    return RateBook(rates, next((_key(row) for row in rows if row.is_default), ""))


def rates_of_products(company: Company) -> dict[str, str]:
    """The products that have a tax rate of their own, and which."""
    rows = SyncroRecord.objects.filter(company=company, entity="item").exclude(content__tax_key="")
    return {key: rate for key, rate in rows.values_list("external_id", "content__tax_key") if rate}


def _key(row: TaxRate) -> str:
    """Syncro's id; a rate of a file whose id nobody knows yet may still stand on invoices."""
    return row.external_id or f"({row.name})"


def _parts(
    row: TaxRate, by_key: Mapping[str, TaxRate], by_name: Mapping[str, TaxRate], depth: int = 0
) -> tuple[tuple[str, Decimal], ...] | None:
    """The plain rates of a rate; of a group whose parts are not all told, its own percent, if that is."""
    named = [by_key.get(str(part)) for part in row.parts] or [by_name.get(name.casefold()) for name in row.part_names]
    told = [_parts(part, by_key, by_name, depth + 1) if part and depth < DEEPEST else None for part in named]
    parts = [each for part in told if part for each in part]
    if told and None not in told:
        return tuple(parts)
    return None if row.percent is None else ((_key(row), row.percent),)


def _stamp_of_rates(company: Company) -> str:
    columns = ("external_id", "name", "percent", "parts", "part_names", "archived", "is_default")
    return digest(list(TaxRate.objects.filter(company=company).order_by("pk").values_list(*columns)))


def _due(company: Company, stamps: Mapping[str, str]) -> QuerySet[SyncroRecord]:
    """Invoices never judged, changed since, or judged by other rates; a product's new rate helps only what is not settled."""
    invoices = SyncroRecord.objects.filter(live(), company=company, entity="invoice")
    if company.start_date:
        invoices = invoices.filter(date__gte=company.start_date)
    judged = InvoiceTax.objects.filter(
        Q(verdict=Verdict.SURE) | Q(products=stamps["products"]),
        invoice=OuterRef("pk"), seen=OuterRef("digest"), rates=stamps["rates"],
    )  # fmt: skip
    return invoices.exclude(Exists(judged))


def _judge(
    company: Company, ids: Sequence[int], book: RateBook, products: Mapping[str, str], stamps: Mapping[str, str]
) -> None:
    rows = list(SyncroRecord.objects.filter(pk__in=ids).only("digest", "content", "party", "tax"))
    customers = _rates_of_customers(company, {row.party for row in rows})
    judged = [_judged(company, row, book, products, customers.get(row.party, ""), stamps) for row in rows]
    InvoiceTax.objects.bulk_create(
        judged, update_conflicts=True, unique_fields=["invoice"], update_fields=_WRITTEN, batch_size=CHUNK
    )


def _rates_of_customers(company: Company, parties: Iterable[str]) -> dict[str, str]:
    rows = SyncroRecord.objects.filter(company=company, entity="customer", external_id__in=list(parties))
    return dict(rows.values_list("external_id", "content__tax_key"))


def _judged(
    company: Company, row: SyncroRecord, book: RateBook, products: Mapping[str, str], customer: str,
    stamps: Mapping[str, str],
) -> InvoiceTax:  # fmt: skip
    lines = row.content.get("lines") or []
    invoice = as_told(row.content, book, products, customer)
    answer = rebuild(invoice, book) if lines and adds_up(row.content) else Answer(Verdict.NOT_ADDING_UP)
    told = [
        {"line": raw["line_id"], "rate": each.rate.key, "percent": _percent(each.rate), "tax": f"{each.tax:.2f}"}
        for raw, each in zip(lines, answer.lines, strict=False)
    ]
    rates = {each.rate.key for each, line in zip(answer.lines, invoice.lines, strict=False) if line.net}
    shown = _arithmetic(lines, invoice, answer) if answer.verdict is Verdict.IMPOSSIBLE else {}
    return InvoiceTax(
        company=company, invoice=row, verdict=answer.verdict, several=len(rates) > 1, lines=told, arithmetic=shown,
        missing=list(answer.missing), seen=row.digest, judged_at=Now(), **stamps,
    )  # fmt: skip


def _arithmetic(lines: Sequence[Mapping[str, Any]], invoice: TaxedInvoice, answer: Answer) -> dict[str, Any]:
    """Each line with what the documented order of rates makes of it, the sum in each way of rounding, and the invoice's tax."""
    shown = [
        {
            "what": raw.get("name") or raw.get("description") or "", "net": f"{line.amount:.2f}", "taxable": line.taxable,
            "rate": rate.title if line.taxable else "", "percent": _percent(rate) if line.taxable else "",
            "tax": f"{cents(tax_of(line.net, rate)):.2f}",
        }
        for raw, line, rate in zip(lines, invoice.lines, answer.usual, strict=True)
        if line.amount
    ]  # fmt: skip
    readings = [{"rounded": name, "tax": f"{tax:.2f}"} for name, tax in readings_of(invoice, answer.usual).items()]
    return {"lines": shown, "readings": readings, "sum": readings[0]["tax"], "tax": f"{invoice.tax:.2f}"}


def _percent(rate: Rate) -> str:
    return format(rate.percent.normalize(), "f") if rate.percent else "0"
