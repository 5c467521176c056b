"""What QuickBooks answers when it refuses, in all its spellings."""

from __future__ import annotations

from typing import Any

import pytest

from apps.platforms import errors
from apps.platforms.quickbooks_online.errors import find_fault, to_error


def service(code: str, message: str = "", detail: str = "", kind: str = "ValidationFault") -> Any:
    return {"Fault": {"Error": [{"Message": message, "Detail": detail, "code": code, "element": ""}], "type": kind}}


def gateway(code: str, kind: str) -> Any:
    error = {"message": f"errorCode={code.zfill(6)}", "detail": "no", "code": code, "element": None}
    return {"warnings": None, "fault": {"error": [error], "type": kind}}


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        ("5010", "Stale Object Error", errors.OutOfDate),
        ("5010", "Account Period Closed, Cannot Update Through Services API", errors.PeriodClosed),
        ("6200", "", errors.PeriodClosed),
        ("6210", "", errors.PeriodClosed),
        ("6240", "The name supplied already exists.", errors.AlreadyThere),
        ("6140", "Duplicate Document Number Error", errors.AlreadyThere),
        ("610", "Object Not Found : Something you're trying to use has been made inactive.", errors.BadReference),
        ("610", "Object Not Found", errors.Gone),
        ("2500", "Invalid Reference Id : Names element id 57 not found", errors.BadReference),
        ("6540", "Deposited", errors.LockedByPayment),
        ("6110", "", errors.LockedByPayment),
        ("600", "Duplicate Request ID", errors.Unsure),
        ("003001", "ThrottleExceeded", errors.RateLimited),
        ("3200", "", errors.NeedsReconnect),
        ("120", "", errors.NeedsReconnect),
        ("6190", "", errors.PermissionMissing),
        ("6000", "An unexpected error occurred. Please wait a few minutes", errors.Unsure),
        ("6000", "You must unlink any linked transactions before deleting", errors.LockedByPayment),
        ("6000", "You can't apply more than the open balance of a transaction", errors.NotCovered),
        ("6070", "Amount is not equal to UnitPrice * Qty", errors.Refused),
        ("99999", "something new", errors.Refused),
    ],
)
def test_each_code_is_known_by_what_happens_next(code: str, text: str, kind: type[errors.PlatformError]) -> None:
    assert type(to_error(find_fault(service(code, text)))) is kind


def test_the_gateway_writes_in_lower_case_and_means_the_same() -> None:
    assert isinstance(to_error(find_fault(gateway("3200", "AUTHENTICATION")), 401), errors.NeedsReconnect)
    assert isinstance(to_error(find_fault(gateway("3100", "AUTHORIZATION")), 403), errors.NeedsReconnect)
    assert isinstance(to_error(find_fault(gateway("3001", "SERVICE")), 403), errors.RateLimited)


def test_the_vendors_words_are_kept_when_we_have_none_of_our_own() -> None:
    error = to_error(find_fault(service("6000", "Business Validation Error", "The amount is too large.")))
    assert error.message == "Business Validation Error : The amount is too large."
    assert error.code == "6000"


def test_every_error_of_a_fault_is_read_not_the_first_alone() -> None:
    both = service("2010", "Invalid property")
    both["Fault"]["Error"].append({"Message": "Account Period Closed", "code": "6210"})
    assert isinstance(to_error(find_fault(both)), errors.PeriodClosed)


def test_the_id_of_the_other_name_is_taken_from_the_text_where_it_is_told() -> None:
    fault = find_fault(service("6240", "Duplicate Name Exists Error", "The name supplied already exists. : Id=123"))
    assert to_error(fault).external_id == "123"


def test_a_read_is_never_unsure() -> None:
    assert isinstance(to_error(find_fault(service("10000", kind="SystemFault")), write=False), errors.Unavailable)


def test_an_ordinary_answer_holds_no_fault() -> None:
    assert find_fault({"Invoice": {"Id": "1"}}) is None
    assert find_fault([]) is None
