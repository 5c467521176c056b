"""What the demo does once its platforms are up: its companies connected, choices made, worked until nothing is due."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Mapping as Read
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.db.models import Count

from apps.connections.connecting import connect_account
from apps.connections.mailboxes import make_mailbox
from apps.connections.models import Company, Connection, ConnectionState
from apps.connections.policies import set_policy
from apps.mappings.lookup import save_mapping
from apps.mappings.models import Mapping, MethodKind, Topic
from apps.mappings.shape import Shape
from apps.mappings.suggest import apply, suggest
from apps.mirror.models import BooksRecord, Link
from apps.platforms.base import Tokens
from apps.platforms.registry import PLATFORMS
from apps.reconciliation.models import Mismatch, MismatchState
from apps.reconciliation.rounds import whole_run
from apps.sync.engine import bring_in_step

MOST_RUNS = 12
#: What the demo's bookkeeper chooses where nothing is proposed: topic, Syncro's name, the thing of the books by entity
#: and name, and the account beside it.
CHOSEN: tuple[tuple[str, str, str, str, str], ...] = (
    (Topic.EXPENSE_ACCOUNT, "", "account", "Cost of Goods Sold", ""),
    (Topic.PAYMENT_METHOD, "Offline CC", "payment_method", "Credit Card", "Undeposited Funds"),
    (Topic.PAYMENT_METHOD, "Quick", "payment_method", "Cash", "Undeposited Funds"),
    (Topic.TAX, "", "tax_code", "Sales Tax", ""),
)
Note = Callable[[str], None]
Come = Callable[[], None]
#: Seconds between two visits of books that call us, once everything is loaded; and tries for the portal to be up.
COMES_EVERY, PATIENCE = 10, 60


def work(ready: Read[str, Any], folder: Path, note: Note, only: str = "") -> dict[str, Any]:
    """The whole demo, or `only` one company of it; can be broken off anywhere and started again. Gives what `demo --once
    --json` prints.
    """
    chosen = {slug: shop for slug, shop in ready["companies"].items() if only in ("", slug)}
    companies = {slug: demo_company(slug, shop) for slug, shop in chosen.items()}
    done = {}
    for slug, company in companies.items():
        shop = ready["companies"][slug]
        done[slug] = work_at(company, shop, ready[shop["books"]]["url"], folder, _from(slug, note))
    return {"companies": done}


def _from(slug: str, note: Note) -> Note:
    return lambda text: note(f"{slug}: {text}")


def work_at(company: Company, shop: Read[str, Any], pocket: str, folder: Path, note: Note) -> dict[str, Any]:
    """One company from its first load to the end of a bookkeeper's day; gives its summary."""
    come = connect(company, shop, pocket, note)
    company.refresh_from_db()
    choose(company, come, note)
    until_nothing_is_due(company, come, note)
    note("A day in the life of the bookkeeper ...")
    words = ["sandbox", "--dir", str(folder), "--play", "books_day", "--company", company.slug]
    subprocess.run([sys.executable, "manage.py", *words], check=True, cwd=settings.BASE_DIR, stdout=sys.stderr)
    told = summary(company, until_nothing_is_due(company, come, note))
    if come is not stay:
        _tell(pocket, "keep_polling", seconds=COMES_EVERY)
    return told


def demo_company(slug: str, shop: Read[str, Any]) -> Company:
    """The company, with the one policy in which the demo differs from the usual."""
    company, made = Company.objects.get_or_create(
        slug=slug, defaults={"name": shop["name"], "books_platform": shop["books"]}
    )
    if made:
        set_policy(company, "refunds", "review")
    return company


def stay() -> None:
    """Books that we call need not come."""


def connect(company: Company, shop: Read[str, Any], pocket: str, note: Note) -> Come:
    """Connect each side that is not connected yet, as `connect` does; gives what lets books come that call us."""
    syncro, account = shop["syncro"], shop["account"]
    if _needs(company.syncro, syncro["subdomain"]):
        connect_account(company, "syncro", syncro["subdomain"], Tokens(access=syncro["token"]))
        note("connected to Syncro.")
        company.refresh_from_db()
    if PLATFORMS[shop["books"]].fetches_letters:
        return _open_door(company, shop["books"], pocket, note)
    if _needs(company.books, account["id"]):
        connect_account(company, shop["books"], account["id"], Tokens(refresh=account["refresh_token"]))
        note(f"connected to {PLATFORMS[shop['books']].title}.")
    return stay


def _open_door(company: Company, platform: str, pocket: str, note: Note) -> Come:
    """A new file and password for the pocket's connector: where it calls may be another port than the last time."""
    _wait_for_the_portal()
    made = make_mailbox(company, platform)
    _tell(pocket, "stop_polling")
    _tell(pocket, "connect", qwc=made.file.decode(), password=made.password)
    note(f"{PLATFORMS[platform].title} knows where to call.")
    return lambda: note(f"the connector came: {_tell(pocket, 'poll').get('status') or 'nothing to do'}")


def _wait_for_the_portal() -> None:
    for _ in range(PATIENCE):
        with suppress(httpx.HTTPError):
            if httpx.get(f"{settings.PUBLIC_URL}/webconnector/any/", timeout=5).is_success:
                return
        time.sleep(1)
    raise ConnectionError(f"The portal does not answer at {settings.PUBLIC_URL}.")


def _tell(pocket: str, verb: str, **values: Any) -> dict[str, Any]:
    """What a person does at the pocket's own screen. Raises httpx.HTTPStatusError when it refuses."""
    answer = httpx.post(f"{pocket}/_control/{verb}", json=values, timeout=600)
    answer.raise_for_status()
    told: dict[str, Any] = answer.json()["result"] or {}
    return told


def _needs(connection: Connection | None, account_id: str) -> bool:
    return connection is None or connection.state != ConnectionState.CONNECTED or connection.account_id != account_id


def choose(company: Company, come: Come, note: Note) -> None:
    """Read both sides without writing anything, then take what is proposed for mappings. Where the books have no such
    thing as a way of paying, the account is all that is chosen.
    """
    if come is not stay:
        come()
    bring_in_step(company, dry_run=True, cause="demo", note=note)
    proposals = suggest(company)
    apply(company, proposals)
    chosen_already = set(Mapping.objects.filter(company=company).values_list("topic", "key"))
    missing = [each for each in CHOSEN if (each[0], each[1]) not in chosen_already]
    shape = Shape.of(company)
    for topic, key, entity, name, account in missing:
        kind = MethodKind.MONEY if topic == Topic.PAYMENT_METHOD else ""
        known = entity != "payment_method" or shape.has_methods
        chosen, beside = _books_id(company, entity, name if known else ""), _books_id(company, "account", account)
        save_mapping(company, topic, key, external_id=chosen, account_id=beside, kind=kind, label=name)
    note(f"{len(proposals)} mappings proposed and taken, {len(missing)} chosen.")


def _books_id(company: Company, entity: str, name: str) -> str:
    """The id of a thing of the books by its name."""
    if not name:
        return ""
    return BooksRecord.objects.values_list("external_id", flat=True).get(company=company, entity=entity, label=name)


def until_nothing_is_due(company: Company, come: Come, note: Note) -> dict[str, Any]:
    """Whole runs until one writes nothing and changes no link; gives the last one's counts."""
    before: object = None
    result: dict[str, Any] = {}
    for _ in range(MOST_RUNS):
        come()
        result = whole_run(company, cause="demo", note=note)
        state = (result["links"], result["tieout"])
        if not _wrote(result) and state == before:
            break
        before = state
    return result


def _wrote(result: Read[str, Any]) -> int:
    return sum(int(count) for side in result["writes"].values() for verbs in side.values() for count in verbs.values())


def summary(company: Company, last: Read[str, Any]) -> dict[str, Any]:
    """Documents by state, the queue by kind, and the tie-out."""
    documents: dict[str, dict[str, int]] = defaultdict(dict)
    for entity, state, count in (
        Link.objects.filter(company=company)
        .values_list("entity", "state")
        .annotate(Count("id"))
        .order_by("entity", "state")
    ):
        documents[entity][state] = count
    waiting = (
        Mismatch.objects.filter(company=company, state=MismatchState.OPEN).values_list("kind").annotate(Count("id"))
    )
    return {
        "books": PLATFORMS[company.books_platform].short,
        "documents": dict(documents),
        "mismatches": dict(waiting.order_by("kind")),
        "tieout": last["tieout"],
    }


def as_table(result: Read[str, Any]) -> str:
    """The summary for people."""
    lines: list[str] = []
    for slug, each in result["companies"].items():
        lines.append(f"{slug} ({each['books']})")
        for entity, states in each["documents"].items():
            lines.append(f"  {entity:<10}" + "  ".join(f"{state} {count}" for state, count in sorted(states.items())))
        lines.append(
            "  waiting for a person: "
            + (", ".join(f"{kind} {count}" for kind, count in each["mismatches"].items()) or "nothing")
        )
        tied = each["tieout"]
        lines.append(
            f"  customers owe: Syncro {tied['syncro']}, books {tied['books']}; explained {tied['explained']}, unexplained {tied['unexplained']}"
        )
    return "\n".join(lines)
