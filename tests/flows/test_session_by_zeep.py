"""A strict SOAP client that is not ours, over the vendor's own contract, brings a company in step letter by letter."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import zeep

from apps.api.soap import SPACE
from apps.connections.doors import webconnector_address
from apps.connections.mailboxes import user_name
from apps.sync.engine import bring_in_step
from tests import recorder
from tests.features.ledger import QuickBooksDesktop
from tests.world import NOTHING, World

INTUITS = recorder.SPECS / "qbd" / "TroubleshootWebServiceFS.flowlink.wsdl"
VERSION = (13, 0)
soap_client: Any = zeep.Client

pytestmark = pytest.mark.skipif(not recorder.checkable(), reason=recorder.MISSING)


@pytest.fixture
def platform() -> str:
    """Books that call us."""
    return "quickbooks_desktop"


@pytest.fixture
def service(hasty: World) -> Iterator[Any]:
    """Our address as a strict client sees it."""
    with soap_client(str(INTUITS), settings=zeep.Settings(strict=True)) as soap:
        yield soap.create_service(f"{{{SPACE}}}TroubleshootWebServiceFSSoap", webconnector_address(hasty.company.slug))


def a_session(world: World, service: Any) -> str | None:
    """From the first call to the last; what it says in the end."""
    assert isinstance(world.ledger, QuickBooksDesktop)
    assert (service.serverVersion(), service.clientVersion("2.3.0.215")) == ("Tieout", None)
    ticket, file = service.authenticate(user_name(world.company), world.ledger.mailbox.password)
    assert ticket, file
    while letter := service.sendRequestXML(ticket, "", "C:\\acme.qbw", "US", *VERSION):
        answer = world.books.execute(qbxml=letter, session=ticket)["answer"]
        assert 0 <= service.receiveResponseXML(ticket, answer, "", "") <= 100
    assert service.getLastError(ticket) is None
    said: str | None = service.closeConnection(ticket)
    return said


def test_whole_sessions_with_the_engine_behind_them(hasty: World, service: Any) -> None:
    hasty.invoice(hasty.customer(), "5.00", number="1000")
    hasty.sync()
    invoice = hasty.invoice(hasty.customer("Zoë & Söhne"), "100.00", number="1001")
    hasty.pays(hasty.syncro_customer("Zoë & Söhne"), "40.00", {invoice: "40.00"})
    bring_in_step(hasty.company)
    assert "3 documents written" in str(a_session(hasty, service))
    booked = hasty.ledger.invoice("1001")
    assert (booked.customer, booked.open) == ("Zoë & Söhne", Decimal(60))
    assert (hasty.sync().counts["writes"], hasty.states()) == (NOTHING, {})
