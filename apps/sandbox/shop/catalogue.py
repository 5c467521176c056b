"""Who buys in the demo shop and what it sells: names as awkward as real ones."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

SEED = 20261122
CUSTOMERS = 60
VENDOR_TWIN = "Ingram Parts Supply"
LONG_NAME = ("Consolidated Holdings for the Advancement of Remarkably Long Names, " * 6)[:299] + "!"

RATES = {"sales": ("Sales Tax", "8.25"), "county": ("County Tax", "6.5"), "exempt": ("Tax Exempt", "0")}
GROUP = ("Sales + County", ("sales", "county"))


@dataclass(frozen=True)
class Buyer:
    """A customer of the plan; `key` is how the plan names it, `quiet` ones get only the documents planned for them."""

    key: str
    fields: dict[str, Any] = field(default_factory=dict)
    rate: str = ""
    quiet: bool = False


def _business(key: str, name: str, rate: str = "", quiet: bool = False, **fields: Any) -> Buyer:
    return Buyer(key, {"business_name": name, "email": f"{key}@customers.example", **fields}, rate, quiet)


NAMED = (
    _business("dental", "Harbor Dental Group", quiet=True),
    _business("bakery", "Maple Street Bakery", quiet=True),
    _business("legal", "Northwind Legal LLP", quiet=True),
    _business("overpayer", "Overby Accounting", quiet=True),
    _business("generous", "Gladwell & Daughters", quiet=True),
    _business("joint", "Quill & Ink Stationers", quiet=True),
    _business("returner", "Second Thoughts Boutique", quiet=True),
    _business("depositor", "Fresh Start Fitness", quiet=True),
    _business("declined", "Cardinal Taxi", quiet=True),
    _business("zero_payer", "Nullarbor Travel", quiet=True),
    _business("twin_one", "Summit Realty", city="Aspen"),
    _business("twin_two", "Summit Realty", city="Boulder"),
    _business("colon", "Johnson: Plumbing & Heating"),
    _business("emoji", "Pixel Pals 🎮🐾 Studio"),
    _business("long", LONG_NAME),
    _business("quotes", "Bob \"The Wrench\" O'Malley's Garage"),
    _business("accents", "Café Crème Brûlée Pâtisserie"),
    _business("japanese", "東京ラーメン株式会社"),
    _business("cyrillic", "Кафе «Берёзка»"),
    _business("blanks", "  Blank Space Media  "),
    _business("umlaut", "O'Brien & Söhne"),
    _business("vendor_twin", VENDOR_TWIN),
    Buyer("person", {"firstname": "Zoë", "lastname": "Núñez", "email": "zoe@customers.example"}),
    Buyer("no_mail", {"firstname": "Walkin", "lastname": "Customer", "phone": "123"}),
    _business("school", "Lincoln Elementary School", "exempt"),
    _business("church", "First Baptist Church", "exempt"),
    _business("farm", "County Line Farm", "county"),
    _business("clinic", "Riverbend Veterinary Clinic", "county"),
    _business("builders", "Two-County Builders", "group"),
)

FIRST = ("Ava", "Ben", "Cleo", "Dan", "Ella", "Finn", "Gia", "Hugo", "Iris", "Jon", "Kim", "Leo", "Mia", "Ned")
LAST = ("Abbott", "Brandt", "Castillo", "Dubois", "Egan", "Fischer", "Grant", "Hayes", "Ito", "Jensen", "Kaur")
PLACES = ("Lakeside", "Old Mill", "Granite", "Cedar", "Bluebird", "Union", "Sunrise", "Prairie", "Ironwood")
TRADES = ("Pharmacy", "Auto Body", "Florist", "Architects", "Books", "Brewing", "Insurance", "Optical", "Movers")


def buyers() -> list[Buyer]:
    """All sixty, the named ones first."""
    chance = random.Random(SEED)
    result = list(NAMED)
    names = {str(buyer.fields.get("business_name")) for buyer in NAMED}
    while len(result) < CUSTOMERS:
        key = f"c{len(result):02d}"
        if len(result) % 3 == 0:
            person = {"firstname": chance.choice(FIRST), "lastname": f"{chance.choice(LAST)}-{chance.choice(LAST)}"}
            result.append(Buyer(key, {**person, "email": f"{key}@customers.example"}))
            continue
        name = f"{chance.choice(PLACES)} {chance.choice(TRADES)}"
        if name not in names:
            names.add(name)
            result.append(_business(key, name))
    return result


@dataclass(frozen=True)
class Good:
    """A product of the shop."""

    key: str
    name: str
    category: str
    price: str
    taxable: bool = True
    cost: str = "0"


GOODS = (
    Good("bench", "Bench Labor", "Labor", "89.99", taxable=False),
    Good("onsite", "On-site Labor", "Labor", "125.00", taxable=False),
    Good("remote", "Remote Support", "Labor", "75.00", taxable=False),
    Good("project", "Project Labor", "Labor", "110.00", taxable=False),
    Good("rush", "Rush Fee", "Labor", "49.50", taxable=False),
    Good("ssd500", "SSD 500 GB", "Hardware", "64.99", cost="38.20"),
    Good("ssd1000", "SSD 1 TB", "Hardware", "109.95", cost="71.00"),
    Good("ram8", "RAM 8 GB", "Hardware", "39.99", cost="22.15"),
    Good("ram16", "RAM 16 GB", "Hardware", "74.49", cost="45.00"),
    Good("laptop", 'Laptop 14" "Refurb"', "Hardware", "449.00", cost="290.00"),
    Good("desktop", "Desktop Tower", "Hardware", "599.00", cost="410.00"),
    Good("monitor", 'Monitor 24"', "Hardware", "159.00", cost="99.99"),
    Good("router", "Router Wi-Fi 6", "Hardware", "129.99", cost="80.00"),
    Good("psu", "Power Supply 650 W", "Hardware", "84.95", cost="51.00"),
    Good("cable", "HDMI Cable: 2 m", "Accessories", "12.99", cost="2.10"),
    Good("keyboard", "Keyboard (US)", "Accessories", "29.95", cost="14.00"),
    Good("mouse", "Mouse", "Accessories", "19.95", cost="8.40"),
    Good("bag", "Laptop Bag", "Accessories", "34.99", cost="15.00"),
    Good("antivirus", "Antivirus 1 Year", "Software", "39.00"),
    Good("office", "Office Suite Licence", "Software", "149.99", cost="120.00"),
    Good("backup", "Backup Plan, monthly", "Services", "9.33"),
    Good("managed", "Managed Workstation, monthly", "Services", "27.77"),
    Good("hosting", "Web Hosting, monthly", "Services", "14.00", taxable=False),
    Good("deposit", "Repair Deposit", "Deposit", "100.00", taxable=False),
    Good("loyalty", "Loyalty Discount", "Discounts", "-25.00"),
)
