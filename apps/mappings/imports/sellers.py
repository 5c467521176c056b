"""Who is meant by a name or an id of a report: one customer of the mirror, or a sentence that says why not."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches

from apps.connections.models import Company
from apps.mappings.lookup import fold
from apps.mirror.models import SyncroRecord

NEAR, ALIKE = 3, 0.6
#: Looking for near names takes time: after so many unknown ones the rest is only told to be unknown.
MOST_NEAR = 50


class Sellers:
    """The customers of one company by id and by name, read once: small beside the rows of a report."""

    def __init__(self, company: Company) -> None:
        rows = SyncroRecord.objects.filter(company=company, entity="customer", gone_at=None)
        self.names: dict[str, str] = {}
        self._shown: dict[str, set[str]] = defaultdict(set)
        self._other: dict[str, set[str]] = defaultdict(set)
        self._near: dict[str, str] = {}
        columns = (
            "external_id",
            "label",
            "content__company_name",
            "content__first_name",
            "content__last_name",
            "raw__business_and_full_name",
        )
        for key, label, business, first, last, both in rows.values_list(*columns).iterator():
            self.names[key] = label
            self._shown[fold(label)].add(key)
            for name in (business, f"{first} {last}", f"{last}, {first}", both):
                self._other[fold(name or "")].add(key)

    def find(self, name: str, external_id: str) -> str:
        """The id of the customer that is meant; LookupError, with what to do, when nobody or several may be."""
        if external_id or (name.isdecimal() and not self._called(name)):
            return self._by_id(external_id or name)
        found = self._called(name)
        if len(found) == 1:
            return next(iter(found))
        if found:
            ids = ", ".join(sorted(found, key=lambda key: (len(key), key))[:NEAR])
            raise LookupError(f"{len(found)} customers are called so (ids {ids}); fill in the customer's id.")
        raise LookupError(
            f"Syncro has no customer of this name. {self._nearby(name)}Correct it, or fill in the customer's id."
        )

    def _called(self, name: str) -> set[str]:
        """Whom Syncro shows by this name, else who has it as another."""
        return self._shown.get(fold(name)) or self._other.get(fold(name)) or set()

    def _by_id(self, key: str) -> str:
        if key not in self.names:
            raise LookupError(
                "Syncro has no customer of this id, or it was not read yet; correct it, or fill in the name."
            )
        return key

    def _nearby(self, name: str) -> str:
        wanted = fold(name)
        if wanted not in self._near and len(self._near) < MOST_NEAR:
            keys = [next(iter(self._shown[near])) for near in get_close_matches(wanted, self._shown, NEAR, ALIKE)]
            said = ", ".join(f"{self.names[key]} (id {key})" for key in keys)
            self._near[wanted] = f"Near: {said}. " if said else ""
        return self._near.get(wanted, "")
