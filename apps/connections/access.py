"""Who may do what: the one place that decides, asked by every view, action, route and command."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from apps.connections.models import Company, Membership, Role

#: What each role may do besides what the roles before it may.
ADDED: Mapping[Role, tuple[str, ...]] = {
    Role.VIEWER: ("see",),
    Role.BOOKKEEPER: ("resolve", "map", "sync", "ignore"),
    Role.APPROVER: ("approve",),
    Role.ADMINISTRATOR: ("connect", "policy", "members", "see_requests"),
}
#: Each verb with the words of "You may not ... in Acme".
VERBS: Mapping[str, str] = {
    "see": "see anything",
    "resolve": "resolve mismatches",
    "map": "change mappings",
    "sync": "start a synchronisation",
    "ignore": "leave documents out",
    "approve": "approve writes",
    "connect": "connect or disconnect accounts",
    "policy": "change policies",
    "members": "say who may do what",
    "see_requests": "see requests and answers",
}
#: The roles that may do a verb.
ALLOWED: Mapping[str, frozenset[Role]] = {
    verb: frozenset(list(ADDED)[rank:]) for rank, verbs in enumerate(ADDED.values()) for verb in verbs
}


class Operator:
    """The person at the machine: who may run commands on the server may do everything, and asks `may` all the same."""

    def __str__(self) -> str:
        return "operator"


Person = AbstractBaseUser | AnonymousUser | Operator


def operator() -> Operator:
    """Whom commands act as."""
    return Operator()


def may(user: Person, verb: str, company: Company | None) -> bool:
    """Whether this person may do `verb` in the company; in no company in particular only by a role in all of them.

    KeyError for a verb that does not exist.
    """
    roles = ALLOWED[verb]
    if _everything(user):
        return True
    return _memberships(user).filter(Q(company=None) | Q(company=company), role__in=roles).exists()


def require(user: Person, verb: str, company: Company | None) -> None:
    """Raises PermissionDenied, with a sentence, unless `may`."""
    if not may(user, verb, company):
        raise PermissionDenied(
            f"You may not {VERBS[verb]} in {company.name if company else 'all companies'}; ask an administrator."
        )


def companies_for(user: Person, verb: str = "see") -> QuerySet[Company]:
    """The companies in which this person may do `verb`."""
    roles = ALLOWED[verb]
    held = _memberships(user).filter(role__in=roles)
    if _everything(user) or held.filter(company=None).exists():
        return Company.objects.all()
    return Company.objects.filter(pk__in=held.values("company"))


def second_factor_needed(user: Person) -> bool:
    """Whether a password alone is not enough: for everyone who may do more than see."""
    if isinstance(user, Operator):
        return False
    return _everything(user) or _memberships(user).exclude(role=Role.VIEWER).exists()


def _everything(user: Person) -> bool:
    return isinstance(user, Operator) or (user.is_active and bool(getattr(user, "is_superuser", False)))


def _memberships(user: Person) -> QuerySet[Membership]:
    if isinstance(user, Operator) or not (user.is_authenticated and user.is_active):
        return Membership.objects.none()
    return Membership.objects.filter(user_id=user.pk)
