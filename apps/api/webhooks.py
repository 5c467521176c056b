"""Notifications of the platforms: who sent it, whose account it is about, one hint on the queue, and an answer at once.

A notification only says "look here": what is in it is never believed, so a doubled, late or replayed one costs a look.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.api.bodies import TooLarge, declared_length, read_body
from apps.connections.doors import behind_webhook
from apps.connections.models import Company, ConnectionState
from apps.core.tasks import enqueue_once
from apps.platforms.base import BadSignature
from apps.platforms.registry import PLATFORMS, platform_class
from apps.sync.tasks import WHOLE_RUN

log = logging.getLogger(__name__)

#: Bytes a notification may have.
LONGEST = 1024 * 1024
HEARD, WRONG, NOWHERE, TOO_LARGE = 200, 401, 404, 413


@csrf_exempt
@require_POST
def signed(request: HttpRequest, short: str) -> HttpResponse:
    """A notification signed with the secret of our app: 200 when it is right, 401 when it is not, never a word."""
    key = _platform(short)
    secret = str(getattr(settings, PLATFORMS[key].webhook_key, ""))
    try:
        body = read_body(request, LONGEST)
        accounts = platform_class(key).heard(secret, request.headers, body) if secret else None
    except TooLarge:
        return HttpResponse(status=TOO_LARGE)
    except BadSignature:
        accounts = None
    except ValueError as error:  # signed, so sending it again would not make it readable
        log.warning("a notification of %s cannot be read: %s", PLATFORMS[key].title, error)
        accounts = frozenset()
    if accounts is None:
        return HttpResponse(status=WRONG)
    look_at_accounts(key, accounts)
    return HttpResponse(status=HEARD)


@csrf_exempt
@require_POST
def addressed(request: HttpRequest, short: str, secret: str) -> HttpResponse:
    """A notification that nobody signs, at an address nobody else knows; what it says is not even read.

    Any other address is nowhere: 404, and not a word that tells a wrong secret from a wrong path.
    """
    key = _platform(short)
    if declared_length(request) > LONGEST:
        return HttpResponse(status=TOO_LARGE)
    connection = behind_webhook(key, secret) if PLATFORMS[key].webhook_in_address else None
    if connection is None:
        return HttpResponse(status=NOWHERE)
    look_at_accounts(key, [connection.account_id])
    return HttpResponse(status=HEARD)


def look_at_accounts(platform: str, accounts: Iterable[str]) -> int:
    """One hint for each company that has one of these accounts and can work; how many were not waiting already."""
    side = PLATFORMS[platform].side.value
    theirs = {f"{side}__platform": platform, f"{side}__account_id__in": list(accounts), f"{side}__active": True}
    ready = Company.objects.filter(syncro__state=ConnectionState.CONNECTED, books__state=ConnectionState.CONNECTED)
    return sum(enqueue_once(WHOLE_RUN, pk) for pk in ready.filter(**theirs).values_list("pk", flat=True))


def _platform(short: str) -> str:
    """The key behind the word in the address; 404 for one that sends no notifications."""
    for key, entry in PLATFORMS.items():
        if entry.short == short and (entry.webhook_key or entry.webhook_in_address):
            return key
    raise Http404
