"""A large account made in one verb, and indexes that follow every change."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from apps.sandbox.frame import Request
from apps.sandbox.store import Store
from apps.sandbox.syncro.app import PocketSyncro

SMALL = {"customers": 40, "invoices": 120, "payments": 100, "products": 12, "seed": 5, "until": "2026-11-20"}
QUESTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/invoices", {}), ("/invoices", {"unpaid": "true"}), ("/invoices", {"since_updated_at": "2026-01-01T00:00:00Z"}),
    ("/customers", {"sort": "updated_at DESC"}), ("/customers", {"query": "customer 0000"}), ("/payments", {}),
    ("/payments", {"query": "00012"}), ("/line_items", {}), ("/line_items", {"page": "4"}), ("/products", {}),
)  # fmt: skip


@pytest.fixture
def app() -> PocketSyncro:
    app = PocketSyncro(Store())
    app.limit_scale = 1000
    return app


def asked(app: PocketSyncro, path: str, **query: str) -> Any:
    token = {"authorization": app.control_create_token()}
    request = Request("GET", f"/api/v1{path}", {name: [value] for name, value in query.items()}, token, b"")
    response = app.handle(request)
    assert response is not None
    return response.body


def answers(app: PocketSyncro) -> list[Any]:
    return [asked(app, path, **query) for path, query in QUESTIONS]


def test_so_much_is_made_as_was_asked_for(app: PocketSyncro) -> None:
    made = app.control_bulk(**SMALL)
    assert made == {"customers": 40, "products": 12, "invoices": 120, "lines": 360, "payments": 100}
    assert asked(app, "/customers")["meta"]["total_entries"] == 40
    assert asked(app, "/line_items")["meta"]["total_entries"] == 360
    declined = [doc for doc in app.control_state("payments") if not doc["success"]]
    several = [doc for doc in app.control_state("payments") if len(doc["allocation"]) > 1]
    assert declined
    assert several


def test_every_invoice_comes_to_what_the_screens_would_make_of_it(app: PocketSyncro) -> None:
    app.control_bulk(**SMALL)
    for doc in app.control_state("invoices"):
        again = dict(doc)
        app.add_up(again)
        assert again == doc


def test_the_same_seed_makes_the_same_trade(app: PocketSyncro) -> None:
    twin = PocketSyncro(Store())
    for each in (app, twin):
        each.clock = lambda: 1_800_000_000.0
        each.control_bulk(**SMALL)
    kinds = ("customers", "products", "invoices", "payments")
    assert [app.control_state(kind) for kind in kinds] == [twin.control_state(kind) for kind in kinds]


def change(app: PocketSyncro, chance: random.Random) -> None:
    """One thing that people do, to something at random."""
    invoice, customer = (chance.choice(app.control_state(kind)) for kind in ("invoices", "customers"))
    key, lines = str(invoice["id"]), [{"id": line["id"], "price": "7"} for line in invoice["lines"][:2]]
    paid = [str(doc["id"]) for doc in app.control_state("payments")]
    things: list[Callable[[], Any]] = [
        lambda: app.control_edit_invoice(key, lines=lines),
        lambda: app.control_edit_customer(str(customer["id"]), disabled=chance.random() < 0.5, phone="1"),
        lambda: app.control_pay(str(invoice["customer_id"]), "3", apply={key: "1"}),
        lambda: app.control_delete_payment(chance.choice(paid)),
        lambda: None if app.payments_on(invoice["id"]) else app.control_delete_invoice(key),
        lambda: app.control_invoice(str(customer["id"]), [{"item": "A", "name": "A", "price": "5"}], "2026-11-01"),
        lambda: app.control_product(name="New"),
    ]  # fmt: skip
    chance.choice(things)()


@pytest.mark.parametrize("seed", range(3))
def test_lists_that_followed_changes_say_what_a_new_look_says(app: PocketSyncro, seed: int) -> None:
    chance = random.Random(seed)
    app.control_bulk(**SMALL)
    for _ in range(12):
        for _ in range(chance.randint(1, 5)):
            change(app, chance)
        known = answers(app)
        fresh = PocketSyncro(app.shelves)
        fresh.limit_scale = 1000
        assert known == answers(fresh), f"seed {seed}"
