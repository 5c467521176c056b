"""The address the QuickBooks Web Connector calls: who calls is found out here, what it gets is apps.sync.mailbox's business.

Whatever goes wrong is a SOAP fault: the connector shows anything else as "not well-formed". A plain GET is answered too,
as it looks at the address before it trusts it (Programmer's Guide 2.0, chapters 2, 5 and 10).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from apps.api.bodies import TooLarge, read_body
from apps.api.soap import CONTENT_TYPE, BadCall, Called, Result, read_call, write_answer, write_fault
from apps.api.wsdl import wsdl
from apps.connections.access import companies_for
from apps.connections.budget import take
from apps.connections.doors import webconnector_address
from apps.connections.mailboxes import file_name, signs_in
from apps.connections.models import Company, Connection
from apps.core.clock import DbNow
from apps.platforms.errors import PlatformError
from apps.platforms.mailbox import Told
from apps.sync import mailbox as engine
from apps.sync.admin import run_sentence
from apps.sync.models import SESSION, Run

log = logging.getLogger(__name__)

#: Bytes a call may have; the longest are answers to what asks for many records.
LONGEST = 64 * 1024 * 1024
#: Wrong passwords a minute, by company, before the rest is not even counted. The right one is let in all the same: it
#: cannot be guessed, and a stranger must not be able to keep the connector out.
WRONG_A_MINUTE = 20
COUNTERS = 256
CHARSETS = frozenset({"", "utf-8", "utf8", "us-ascii"})

FORGOTTEN = "This session has ended or was never begun; the next one goes on where it stopped."
#: What a caller hears who shows no ticket of ours, by method.
STRANGER: Mapping[str, Result] = {
    "sendRequestXML": "",
    "receiveResponseXML": -1,
    "connectionError": "done",
    "getLastError": FORGOTTEN,
    "closeConnection": FORGOTTEN,
}
GREETING = "Tieout: the address for the QuickBooks Web Connector. How to set it up: {}help/\n"

#: The connector's codes in words, for the help page.
CODES: tuple[tuple[str, str, str], ...] = (
    ("QBWC1000 to QBWC1004", "The file does not fit this portal.", "Get a new file from the company's page."),
    (
        "QBWC1007 to QBWC1009, QBWC1013",
        "QuickBooks could not be opened.",
        "Open QuickBooks with the right company file, close every window that waits for an answer, and try again.",
    ),
    ("QBWC1010, QBWC1048, QBWC1051", "The portal's certificate is not trusted.", "Ask whoever runs the portal."),
    ("QBWC1012, QBWC1030, QBWC1040", "User or password are wrong.", "Make a new password on the company's page."),
    (
        "QBWC1022 to QBWC1027",
        "Another company file is open than the one that was connected.",
        "Open the right company file.",
    ),
    ("QBWC1031", "The session ended with errors.", "See what the status column of the connector says."),
    (
        "QBWC1041 to QBWC1045",
        "The portal did not answer as expected.",
        "Try again; if it stays so, ask whoever runs the portal.",
    ),
    (
        "0x80040408, 0x80040416, 0x80040418",
        "QuickBooks may not be started while nobody uses it.",
        "In QuickBooks, Preferences, Integrated Applications: allow access even if QuickBooks is not running.",
    ),
)


class TooManyWrong(Exception):
    """Somebody is guessing."""


@csrf_exempt
@never_cache
def connector(request: HttpRequest, slug: str) -> HttpResponse:
    """One call of the Web Connector, or a look at the address."""
    if settings.HTTPS and not request.is_secure():
        return fault("This address is called by https.")
    if request.method in {"GET", "HEAD"}:
        return _shown(request, slug)
    if request.method != "POST":
        return fault("Calls are sent by POST.", status=405)
    if (request.content_params or {}).get("charset", "").lower() not in CHARSETS:
        return fault("Calls are sent in UTF-8.")
    try:
        called = read_call(read_body(request, LONGEST))
        return _xml(write_answer(called.method, answer(slug, called)))
    except TooLarge:
        return fault(f"A call has at most {LONGEST // 1024 // 1024} MB.", status=413)
    except BadCall as error:
        return fault(str(error))
    except TooManyWrong:
        return fault("Too many wrong passwords; wait a minute.")


def answer(slug: str, called: Called) -> Result:
    """What the call gets. Raises TooManyWrong."""
    company = Company.objects.select_related("books").filter(slug=slug).first()
    if called.method == "authenticate":
        return _signed_in(slug, company, **called.given)
    if called.method in FREE:
        return FREE[called.method]
    connection = company.books if company else None
    if connection is None or "password" not in connection.options:
        return STRANGER[called.method]
    try:
        return _ask_engine(connection, called.method, *called.given.values())
    except engine.UnknownTicket:
        return STRANGER[called.method]


def _signed_in(slug: str, company: Company | None, strUserName: str, strPassword: str) -> Result:  # noqa: N803
    connection = signs_in(company, strUserName, strPassword)
    if connection is None:
        counter = int(hashlib.sha256(slug.encode()).hexdigest(), 16) % COUNTERS
        if not take(f"webconnector:{counter}", WRONG_A_MINUTE):
            raise TooManyWrong
        log.warning("a Web Connector gave a wrong user or password for %s", slug)
        return ["", "nvu"]
    Connection.objects.filter(pk=connection.pk).update(last_ok_at=DbNow())
    try:
        ticket = engine.begin(connection)
    except engine.Busy:
        return ["", "busy"]
    except PlatformError as error:  # paused, or given back: nothing is done over it now
        log.warning("the Web Connector of %s came for nothing: %s", slug, error)
        ticket = ""
    return [ticket, ""] if ticket else ["", "none"]


def _told(strHCPResponse: str, strCompanyFileName: str, qbXMLCountry: str, *version: str) -> Told:  # noqa: N803
    return Told(
        company=strHCPResponse, file=strCompanyFileName, country=qbXMLCountry, version=".".join(filter(None, version))
    )


#: Methods that need no ticket: interactive mode is not ours, and every version is welcome.
FREE: Mapping[str, Result] = {
    "serverVersion": "Tieout",
    "clientVersion": "",
    "getInteractiveURL": "",
    "interactiveRejected": "",
    "interactiveDone": "Done",
}


def _ask_engine(connection: Connection, method: str, ticket: str, *given: str) -> Result:
    """What the session's own methods mean to the engine. Raises UnknownTicket."""
    match method:
        case "sendRequestXML":
            return engine.next_letter(connection, ticket, _told(*given))
        case "receiveResponseXML":
            return engine.receive(connection, ticket, *given)
        case "connectionError":
            return engine.connection_error(connection, ticket, *given)
        case "getLastError":
            return engine.last_error(connection, ticket)
        case _:
            return engine.end(connection, ticket)


@require_safe
@never_cache
def support(request: HttpRequest, slug: str) -> HttpResponse:
    """How to set the connector up, for anyone; how the company's last session went, for those who may see it."""
    company = companies_for(request.user).select_related("books").filter(slug=slug).first()
    return render(
        request, "api/webconnector_help.html", {"codes": CODES, **(_last_session(company) if company else {})}
    )


def _last_session(company: Company) -> dict[str, object]:
    run = Run.objects.filter(company=company, cause=SESSION).order_by("-id").first()
    outcome = (run.error or run_sentence(run.counts)) if run else ""
    shown = {"company": company, "connection": company.books, "file": file_name(company)}
    return {**shown, "run": run, "outcome": outcome}


def fault(sentence: str, whose: str = "Client", status: int = 500) -> HttpResponse:
    """A SOAP fault as an answer."""
    return _xml(write_fault(sentence, whose), status)


def _shown(request: HttpRequest, slug: str) -> HttpResponse:
    address = webconnector_address(slug)
    if any(name.lower() == "wsdl" for name in request.GET):
        return _xml(wsdl(address))
    return HttpResponse(GREETING.format(address), content_type="text/plain; charset=utf-8")


def _xml(text: bytes, status: int = 200) -> HttpResponse:
    return HttpResponse(text, content_type=CONTENT_TYPE, status=status)
