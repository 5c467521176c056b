"""Writes become letters: committed with their exact text, and their answers settled by whoever gets them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from apps.connections.models import Company
from apps.mirror.models import Link
from apps.platforms.base import Side, Write
from apps.platforms.errors import PlatformError
from apps.platforms.mailbox import Letter, MailboxPlatform
from apps.sync.batch import Batch, Part, Pushed
from apps.sync.claim import Patience, give_back
from apps.sync.look import last_item, write_of
from apps.sync.models import LetterKind, PostedLetter, PostRound, Request
from apps.sync.settle import settle_error


class Writing(Batch):
    """A claimed batch for a platform that fetches letters."""

    def __init__(
        self, company: Company, platform: MailboxPlatform, entity: str, links: Sequence[Link], patience: Patience, pushed: Pushed
    ) -> None:  # fmt: skip
        super().__init__(company, platform, entity, links, patience, pushed)
        self.mailbox = platform

    def letters(self, round_: PostRound) -> list[PostedLetter]:
        """The letters of this batch, committed; what cannot be expressed or is not due after all is put aside."""
        made: list[PostedLetter] = []
        try:
            for entity, group in self.composed():
                made += self._group(round_, entity, group)
        except PlatformError:
            give_back(self.links)
            raise
        return made

    def _group(self, round_: PostRound, entity: str, group: Part) -> list[PostedLetter]:
        try:
            letters = self.mailbox.draft(entity, [write for _, write in group], lambda: uuid.uuid4().hex)
        except PlatformError as error:
            return self._one_by_one(round_, entity, group, error)
        made = [self._commit(round_, letter, [group[position] for position in letter.positions]) for letter in letters]
        drafted = {position for letter in letters for position in letter.positions}
        for position in sorted(set(range(len(group))) - drafted):
            made += self._group(round_, entity, [group[position]])
        return [letter for letter in made if letter is not None]

    def _one_by_one(self, round_: PostRound, entity: str, group: Part, error: PlatformError) -> list[PostedLetter]:
        if len(group) == 1:
            settle_error(group[0][0], error)
            self.settled += 1
            return []
        return [letter for pair in group for letter in self._group(round_, entity, [pair])]

    def _commit(self, round_: PostRound, letter: Letter, part: Part) -> PostedLetter | None:
        with transaction.atomic():
            request = self.commit(
                part, lasting=True, entity=letter.entity, key=letter.key, method="LETTER", path="",
                content_type="text/xml", body=letter.text.encode(),
            )  # fmt: skip
            if request is None:
                return None
            return PostedLetter.objects.create(
                round=round_, connection=self.connection, kind=LetterKind.WRITE, entity=letter.entity, verb=letter.verb,
                key=letter.key, text=letter.text, context=dict(letter.context), request=request,
            )  # fmt: skip


def part_of(request: Request) -> Part:
    """The links and writes of a committed request, by position, as they were claimed for it."""
    part: Part = []
    items = request.items.select_related("link__company", "link__syncro", "link__books").order_by("position")
    for item in items:
        link, source = item.link, item.write.get("source")
        link.fence = item.fence
        row = link.row(Side(link.origin))
        if row is not None and source:  # as it was when the letter was made: what changed since is noticed
            row.digest, row.content = source["digest"], source["content"]
        part.append((link, write_of(item)))
    return part


def looked_for(links: Iterable[Link]) -> dict[str, list[tuple[Link, Write]]]:
    """What to look for of links in doubt, by kind of document."""
    found: dict[str, list[tuple[Link, Write]]] = {}
    for link in links:
        item: Any = last_item(link)
        if item is not None:
            write = write_of(item)
            found.setdefault(write.entity, []).append((link, write))
    return found
