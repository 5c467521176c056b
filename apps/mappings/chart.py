"""What accounts are for, read from the vendors' own words for their kinds: one table for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from apps.platforms.records import Account


class Use(StrEnum):
    """What an account can be chosen for."""

    INCOME = "income"
    OTHER_INCOME = "other income"
    COST = "cost"
    LIABILITY = "liability"
    BANK = "bank"
    UNDEPOSITED = "undeposited"
    TAKES_PAYMENTS = "takes payments"


#: Words of `Account.kind` in small letters without anything between them.
KINDS: Mapping[str, Use] = {
    **dict.fromkeys(("income", "revenue", "sales"), Use.INCOME),
    **dict.fromkeys(("otherincome", "otherrevenue"), Use.OTHER_INCOME),
    **dict.fromkeys(("costofgoodssold", "directcosts", "expense", "otherexpense", "overheads"), Use.COST),
    **dict.fromkeys(("othercurrentliability", "currentliability", "currliab", "liability"), Use.LIABILITY),
    **dict.fromkeys(("longtermliability", "termliab"), Use.LIABILITY),
    "bank": Use.BANK,
}
#: Words of `Account.subtype`; where it says more than the kind.
SUBTYPES: Mapping[str, Use] = {
    "undepositedfunds": Use.UNDEPOSITED,
    **dict.fromkeys(("paymentsallowed", "enablepaymentstoaccount"), Use.TAKES_PAYMENTS),
}
#: Names under which money waits until it is deposited, whatever their kind.
NAMES: Mapping[str, Use] = {
    **dict.fromkeys(("undepositedfunds", "paymentstodeposit"), Use.UNDEPOSITED),
}


def uses(account: Account) -> frozenset[Use]:
    """Everything an account is for; empty where its words say nothing."""
    told = (
        KINDS.get(plain(account.kind)),
        SUBTYPES.get(plain(account.subtype)),
        NAMES.get(plain(account.name)),
    )
    return frozenset(use for use in told if use)


def of_use(accounts: Iterable[Account], *wanted: Use) -> list[Account]:
    """The accounts that are for any of these."""
    return [account for account in accounts if uses(account) & set(wanted)]


def plain(words: str) -> str:
    """A word of a vendor without case and without what stands between its letters."""
    return "".join(letter for letter in words.casefold() if letter.isalnum())
