"""The further documents of a link: where one thing stands as several on the side across."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Exists, OuterRef, QuerySet

from apps.mirror.models import BooksRecord, Leg, Link, MirrorRow, SyncroRecord
from apps.platforms.base import Side

MODELS: Mapping[str, type[MirrorRow]] = {Side.SYNCRO: SyncroRecord, Side.BOOKS: BooksRecord}


def further_rows(links: Iterable[Link]) -> dict[int, dict[int, MirrorRow]]:
    """The rows of the second and later legs, live ones alone, by link and leg; at most two queries a side."""
    by_id = {link.pk: link for link in links}
    legs = list(Leg.objects.filter(link_id__in=by_id, position__gt=0).exclude(external_id=""))
    found: dict[int, dict[int, MirrorRow]] = defaultdict(dict)
    for side, model in MODELS.items():
        mine = {(by_id[leg.link_id].company_id, leg.entity, leg.external_id): leg for leg in legs if leg.side == side}
        rows = model._default_manager.filter(
            company__in={key[0] for key in mine}, entity__in={key[1] for key in mine}, external_id__in={key[2] for key in mine}
        )  # fmt: skip
        for row in rows if mine else ():
            leg = mine.get((row.company_id, row.entity, row.external_id))
            if leg is not None and row.is_live:
                found[leg.link_id][leg.position] = row
    return found


def named_by_a_leg(side: Side) -> Exists:
    """Whether a row is a further document of some link; to be used in a query over rows of that side."""
    legs = Leg.objects.filter(
        side=side, entity=OuterRef("entity"), external_id=OuterRef("external_id"), link__company=OuterRef("company"),
        position__gt=0,
    )  # fmt: skip
    return Exists(legs)


def legs_that_changed(side: Side) -> QuerySet[Leg]:
    """Further legs whose document is no longer as it was when both sides last agreed, or is gone."""
    same = MODELS[side]._default_manager.filter(
        company=OuterRef("link__company"), entity=OuterRef("entity"), external_id=OuterRef("external_id"),
        digest=OuterRef("digest"),
    )  # fmt: skip
    return Leg.objects.filter(~Exists(same), position__gt=0, side=side).exclude(external_id="").exclude(digest="")
