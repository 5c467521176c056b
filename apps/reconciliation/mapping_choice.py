"""Making the choice that a mapping mismatch waits for, checked against what the books have."""

from __future__ import annotations

from collections.abc import Mapping

from apps.connections.access import Person
from apps.connections.models import Company
from apps.mappings.lookup import AUTOMATIC, save_mapping
from apps.mappings.models import MethodKind, Topic
from apps.mappings.shape import Shape
from apps.mirror.models import BooksRecord
from apps.reconciliation.actions import retry
from apps.reconciliation.models import Mismatch
from apps.reconciliation.problems import CannotResolve

CHOICES = ("external_id", "account_id", "kind", "label")


def map_it(mismatch: Mismatch, user: Person, values: Mapping[str, str]) -> str:
    """Save the choice and let everything that waits for it go on."""
    company, topic, key = mismatch.company, mismatch.facts.get("topic", ""), mismatch.facts.get("key", "")
    if topic not in Topic.values:
        raise CannotResolve("What has to be chosen here is not known; choose it under Mappings.")
    chosen = {name: values.get(name, "") for name in CHOICES}
    _check_kind(topic, chosen)
    label = _named(company, Shape.of(company).names(topic, chosen["kind"]), chosen["external_id"])
    _named(company, "account", chosen["account_id"])
    save_mapping(
        company, topic, key, external_id=chosen["external_id"], kind=chosen["kind"], account_id=chosen["account_id"],
        label=(chosen["label"] or label)[:300],
    )  # fmt: skip
    choice = chosen["label"] or label or chosen["kind"]
    return f"{Topic(topic).label} {key or '(default)'} is {choice} now. {retry(mismatch, user, values)}"


def _check_kind(topic: str, chosen: Mapping[str, str]) -> None:
    if topic == Topic.PAYMENT_METHOD:
        if chosen["kind"] not in MethodKind.values:
            raise CannotResolve(f"map_it needs --set kind=VALUE here: {', '.join(MethodKind.values)}.")
    elif not chosen["external_id"]:
        raise CannotResolve("map_it needs --set external_id=VALUE, its id in the books.")


def _named(company: Company, entity: str, external_id: str) -> str:
    """What the books call it; CannotResolve when they told us all of that entity and have none of this id."""
    rows = BooksRecord.objects.filter(company=company, entity=entity, gone_at__isnull=True)
    if not external_id or external_id == AUTOMATIC or not entity or not rows.exists():
        return external_id
    label = rows.filter(external_id=external_id).values_list("label", flat=True).first()
    if label is None:
        raise CannotResolve(f"The books have no {entity.replace('_', ' ')} {external_id}.")
    return label or external_id
