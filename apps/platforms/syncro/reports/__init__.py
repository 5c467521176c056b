"""Syncro's reports as CSV files, which stand in for what its API has no endpoint for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from apps.platforms.reports import AnyTold, LeftOut, Reading, Report
from apps.platforms.syncro.reports import lists, purchases
from apps.platforms.syncro.reports.columns import Column, Layout, layout
from apps.platforms.syncro.reports.values import order_of

Reader = Callable[[Layout, str], Iterator[AnyTold | LeftOut]]

#: Each report with its columns and what reads it.
READERS: Mapping[Report, tuple[Sequence[Column], Reader]] = {
    Report.CUSTOMER_PURCHASES: (purchases.COLUMNS, purchases.told),
    Report.TAX_RATES: (lists.TAX_RATES, lambda layout, order: lists.tax_rates(layout)),
    Report.LOCATIONS: (lists.LOCATIONS, lambda layout, order: lists.locations(layout)),
    Report.REFUNDS: (lists.REFUNDS, lambda layout, order: lists.refunds(layout)),
}


def opened(report: Report, path: Path, date_format: str = "") -> Reading:
    """A report that can be read; `date_format` is the account's own ("mm-dd-yy"). Amounts are dollars.

    Raises BadFile for a file that is not of this kind, also while its rows are read, and OSError.
    """
    columns, reader = READERS[report]
    found = layout(path, columns)
    order = order_of(date_format)
    return Reading(report, found.encoding, found.delimiter, found.unused, lambda: reader(found, order))
