"""`match SLUG customers|items`: which records of the two sides are the same, and who is on one side alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.management.base import CommandError, CommandParser

from apps.connections.commands import USAGE, TieoutCommand
from apps.connections.models import Company
from apps.mirror.models import MirrorRow
from apps.mirror.store import rows_of
from apps.platforms.base import Side
from apps.sync.engine import only_one
from apps.sync.matching import Matches, Pair, find_matches
from apps.sync.models import Cursor
from apps.sync.newborn_customers import make_in_syncro, put_under, tie

ENTITIES: Mapping[str, str] = {"customers": "customer", "items": "item"}
#: Which of the proposed pairs each word ties.
APPLIED: Mapping[str, Callable[[Pair], bool]] = {"exact": lambda pair: pair.exact, "all": lambda pair: True}
NAMES = {Side.SYNCRO: "Syncro", Side.BOOKS: "the books"}


class Command(TieoutCommand):
    """Shows the pairs; ties, makes and places what it is told to. Works on what was last read, and writes to neither side."""

    help = "Propose which records of both sides are the same; tie them, or have the books' own made in Syncro."

    def add_arguments(self, parser: CommandParser) -> None:
        """The company, what, and what to do about it."""
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("what", choices=list(ENTITIES))
        parser.add_argument("--apply", choices=list(APPLIED), help="tie the certain pairs, or every proposed one")
        parser.add_argument("--pair", action="append", default=[], metavar="SYNCRO=BOOKS", help="tie these two ids")
        parser.add_argument(
            "--create", action="append", default=[], metavar="ID|all", help="make customers of the books in Syncro"
        )
        parser.add_argument(
            "--under", action="append", default=[], metavar="CHILD=PARENT",
            help="a Syncro customer (id) is made below this customer of the books (id)",
        )  # fmt: skip

    def work(self, **options: Any) -> None:
        """Do what was asked, then show what is left."""
        changes = any(options[name] for name in ("apply", "pair", "create", "under"))
        company, entity = self.company(options["slug"], "resolve" if changes else "see"), ENTITIES[options["what"]]
        if entity != "customer" and (options["create"] or options["under"]):
            raise CommandError("--create and --under are for customers.", returncode=USAGE)
        done: dict[str, list[Any]] = {}
        if changes:
            with only_one(company):
                done = _done(company, entity, options)
        told: dict[str, Any] = {
            "company": company.slug,
            "entity": entity,
            **_shown(find_matches(company, entity)),
            **done,
        }
        unread = [NAMES[side] for side in Side if not _was_read(company, side, entity)]
        if unread:
            told["unread"] = (
                f"No {entity} was read from {' and '.join(unread)} yet: run `sync {company.slug} --dry-run` first."
            )
            self.note(told["unread"])
        self.say_json(told) if self.as_json else self._say_all(told)

    def _say_all(self, told: Mapping[str, Any]) -> None:
        for each in told["proposals"]:
            self.say(f"{each['score']:>3}{'!' if each['exact'] else ' '} {_pair_in_words(each)}")
        for each in told["unclear"]:
            self.say(f"  ? {_pair_in_words(each)}")
        for side, rows in (("the books", told["only_in_books"]), ("Syncro", told["only_in_syncro"])):
            for row in rows:
                self.say(f"only in {side}: {row['name']} ({row['id']})")
        for name in ("tied", "to_be_made", "placed"):
            if name in told:
                self.say(f"{name.replace('_', ' ')}: {len(told[name])}")


def _done(company: Company, entity: str, options: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Ties first: whoever was tied is not made."""
    done: dict[str, list[Any]] = {}
    wanted = [_named(company, entity, words) for words in options["pair"]]
    if options["apply"]:
        chosen = APPLIED[options["apply"]]
        wanted += [(pair.syncro, pair.books) for pair in find_matches(company, entity).pairs if chosen(pair)]
    for ours, theirs in dict.fromkeys(wanted):
        tie(ours, theirs)
        done.setdefault("tied", []).append({"syncro": _row(ours), "books": _row(theirs)})
    for words in options["under"]:
        child, parent = _two(words, "--under CHILD=PARENT")
        put_under(company, child, parent)
        done.setdefault("placed", []).append({"syncro": child, "under": parent})
    if options["create"]:
        done["to_be_made"] = make_in_syncro(company, None if "all" in options["create"] else options["create"])
    return done


def _named(company: Company, entity: str, words: str) -> tuple[MirrorRow, MirrorRow]:
    ids = dict(zip(Side, _two(words, "--pair SYNCRO=BOOKS"), strict=True))
    found = {
        side: rows_of(side)._default_manager.filter(company=company, entity=entity, external_id=key).first()
        for side, key in ids.items()
    }
    ours, theirs = found[Side.SYNCRO], found[Side.BOOKS]
    if ours is None or theirs is None:
        side = Side.SYNCRO if ours is None else Side.BOOKS
        raise CommandError(f"There is no {entity} {ids[side]} in {NAMES[side]}.", returncode=USAGE)
    return ours, theirs


def _two(words: str, form: str) -> tuple[str, str]:
    first, sign, second = words.partition("=")
    if not (first and sign and second):
        raise CommandError(f"{form}, not {words!r}.", returncode=USAGE)
    return first, second


def _was_read(company: Company, side: Side, entity: str) -> bool:
    return Cursor.objects.filter(company=company, side=side, entity=entity, loaded_at__isnull=False).exists()


def _shown(found: Matches) -> dict[str, list[Any]]:
    return {
        "proposals": _pairs(found.pairs), "unclear": _pairs(pair for group in found.unclear for pair in group),
        "only_in_books": [_row(row) for row in found.only_books],
        "only_in_syncro": [_row(row) for row in found.only_syncro],
    }  # fmt: skip


def _pairs(pairs: Iterable[Pair]) -> list[dict[str, Any]]:
    return [
        {
            "syncro": _row(pair.syncro), "books": _row(pair.books), "score": pair.score, "exact": pair.exact,
            "reasons": list(pair.reasons), "against": list(pair.against),
        }
        for pair in pairs
    ]  # fmt: skip


def _row(row: MirrorRow) -> dict[str, str]:
    parent = {"parent": row.content["parent_id"]} if row.content.get("parent_id") else {}
    return {"id": row.external_id, "name": row.label, **parent}


def _pair_in_words(each: Mapping[str, Any]) -> str:
    against = f", but another {' and '.join(each['against'])}" if each["against"] else ""
    return (
        f"{each['syncro']['name']} ({each['syncro']['id']}) = {each['books']['name']} ({each['books']['id']}): "
        f"same {' and '.join(each['reasons'])}{against}"
    )
