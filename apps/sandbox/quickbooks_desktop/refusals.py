"""How QuickBooks says no: a status on one message, a status on the whole set, or an HRESULT for everything."""

from __future__ import annotations

# Sentences of the vendor; {0} and {1} are filled in. Page 2.2.
MESSAGES = {
    0: "Status OK",
    1: "A query request did not find a matching object in QuickBooks",
    500: 'The query request has not been fully completed. There was a required element ("{0}") that could not be'
    " found in QuickBooks.",
    1030: "This request is not supported by this implementation.",
    1060: 'The request ID "{0}" is invalid, possibly too long, max 50 chars.',
    3000: 'The given object ID "{0}" in the field "{1}" is invalid.',
    3070: 'The string "{0}" in the field "{1}" is too long.',
    3100: 'The name "{0}" of the list element is already in use.',
    3120: 'Object "{0}" specified in the request cannot be found. {1}',
    3140: 'There is an invalid reference to QuickBooks {0} "{1}" in the {2}. QuickBooks error message: Invalid argument.'
    " The specified record does not exist in the list.",
    3150: 'There is a missing element: "{0}".',
    3160: 'Cannot delete the object specified by the id = "{0}". QuickBooks error message: {1}',
    3170: 'There was an error when modifying "{0}". QuickBooks error message: {1}',
    3171: "An attempt was made to modify a {0} with a date that is on or before the closing date of the company.",
    3180: "There was an error when saving a {0}. QuickBooks error message: {1}",
    3185: 'Cannot void the object specified by the id = "{0}". QuickBooks error message: {1}',
    3200: 'The provided edit sequence "{0}" is out-of-date.',
    3210: 'The "{0}" field has an invalid value "{1}".  QuickBooks error message: {2}',
    3250: "This feature is not enabled or not available in this version of QuickBooks: {0}.",
    3290: 'The transaction line "{0}" is out of order.',
    3391: 'The iteratorID "{0}" is invalid.',
}

PARSE = "0x80040400"
VERSION = "0x80040423"
# HRESULTs that stand in the way before anything is executed; the others come with an answer. Page 2.2.
HRESULTS = {
    "0x80040400": "QuickBooks found an error when parsing the provided XML text stream.",
    "0x80040401": "Could not access QuickBooks.",
    "0x80040402": "Unexpected error. Check the qbsdklog.txt file for possible, additional information.",
    "0x80040408": "Could not start QuickBooks.",
    "0x8004040A": "QuickBooks company data file is already open and it is different from the one requested.",
    "0x8004040D": "The session ticket is invalid.",
    "0x80040410": "The QuickBooks company data file is currently open in a mode other than the one specified.",
    "0x80040414": "The QuickBooks product application has a modal dialog box open.",
    "0x80040416": "If the QuickBooks company data file is not open, a call must include its name.",
    "0x80040418": "This application has not accessed this QuickBooks company data file before.",
    "0x8004041A": "This application does not have permission to access this QuickBooks company data file.",
    "0x8004041B": "Unable to lock the necessary information to allow this application to access the file.",
    "0x80040420": "The QuickBooks user has denied access.",
    "0x80040422": "This application requires Single User file access mode and there is already another application.",
    "0x80040423": "The version of qbXML that was requested is not supported or is unknown.",
    "0x80040424": "QuickBooks did not finish its initialization. Please try again later.",
}
AFTER_OPENING = ("0x80040400", "0x80040402", "0x80040423")


class Refusal(Exception):
    """One message is not carried out: its status code and sentence."""

    def __init__(self, code: int, *words: str) -> None:
        self.code, self.message = code, MESSAGES[code].format(*words, *[""] * (3 - len(words))).rstrip()
        super().__init__(f"{code} {self.message}")


class HResult(Exception):
    """QuickBooks did not take the request at all."""

    def __init__(self, code: str, message: str = "", why: str = "") -> None:
        self.code, self.message, self.why = code, message or HRESULTS.get(code, "Error"), why
        super().__init__(f"{code} {self.message} {why}".rstrip())


def severity(code: int) -> str:
    """Info, Warn or Error, by the range of a status code."""
    return "Info" if code < 500 else "Warn" if code < 1000 else "Error"
