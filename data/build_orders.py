"""Builds `data/orders.sqlite`, the database of the demo, from `schema.sql` and the CSV files beside it.

    python data/build_orders.py

Everything is drawn from one seed, so that two builds have the same dump: training dialogues, benchmarks and
screenshots can name an order and find it again. Nobody in it is real.
"""

import csv
import random
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

from argon2.low_level import Type, hash_secret

from agent.shop.help.articles import read_articles, write_articles

T = TypeVar("T")

HERE = Path(__file__).parent
SEED = 20260131
TODAY = date(2026, 2, 1)
"""The newest order is from the day before. The program moves all dates when it copies the file."""
PASSWORD = b"demo"
OTHERS = 250
"""Customers besides those in `ACCOUNTS`, with 0 to 12 orders."""

ACCOUNTS = (
    # customer_id, name, orders
    ("new0", "Noah Berg", 0),
    ("one1", "Olivia Nakamura", 1),
    ("eight8", "Elias Haddad", 8),
    ("forty40", "Freya Lindqvist", 40),
    ("thousand1000", "Theo Marchetti", 1000),
)

# How many orders the others have, and how many customers out of a hundred have that many.
ORDER_COUNTS = {0: 5, 1: 20, 2: 21, 3: 17, 4: 12, 5: 8, 6: 6, 7: 3, 8: 2, 9: 2, 10: 2, 11: 1, 12: 1}
LINE_COUNTS = {1: 70, 2: 22, 3: 8}
QUANTITIES = {1: 88, 2: 9, 3: 3}

# Of orders at most so many days old: what a hundred of them are doing.
STATUS_BY_AGE = (
    (2, {"Processing": 72, "Shipped": 16, "Delayed": 6, "Cancelled": 6}),
    (5, {"Processing": 16, "Shipped": 46, "Out for delivery": 18, "Delayed": 10, "Delivered": 6, "Cancelled": 4}),
    (9, {"Shipped": 16, "Out for delivery": 18, "Delayed": 14, "Delivered": 48, "Cancelled": 4}),
    (21, {"Delayed": 5, "Delivered": 85, "Cancelled": 6, "Returned": 4}),
    (100_000, {"Delivered": 88, "Cancelled": 6, "Returned": 6}),
)
SHIPPED = ("Shipped", "Out for delivery", "Delivered", "Returned")
RETURN_REASONS = ("too small", "not as described", "arrived damaged", "no longer needed", "ordered the wrong one")


def _listed(names: str) -> list[str]:
    return [" ".join(name.split()) for name in names.split(",")]


CARRIERS = {"NorthPost": "NP", "SwiftLine": "SL", "BlueVan": "BV", "ParcelBee": "PB"}
FIRST_NAMES = _listed("""
    Aisha, Alma, Amir, Ana, Anders, Anya, Arjun, Astrid, Ben, Bianca, Bruno, Camila, Carl, Chiara, Chloe, Clara,
    Dalia, Daniel, Diego, Dmitri, Edith, Elena, Eli, Emma, Emre, Erik, Esther, Eva, Farah, Felix, Finn, Gabriel,
    Grace, Greta, Hana, Hannah, Hugo, Ida, Ines, Ingrid, Isaac, Ivan, Jamal, Jana, Jasper, Joanna, Jonas, Julia,
    Kai, Karim, Kenji, Kira, Lara, Lars, Layla, Lea, Leo, Liam, Lina, Lucia, Luis, Maja, Malik, Marco, Maria, Marta,
    Mateo, Maya, Mei, Mia, Milan, Mina, Nadia, Naomi, Nia, Nils, Nina, Nora, Omar, Oscar, Otto, Paula, Pedro, Petra,
    Priya, Rafael, Rania, Ravi, Rita, Rosa, Ruben, Ruth, Salma, Samir, Sana, Sara, Selma, Simon, Sofia, Stella,
    Tara, Thea, Tomas, Uma, Vera, Victor, Wanda, Yara, Yusuf, Zara, Zoe
""")
LAST_NAMES = _listed("""
    Abbott, Adeyemi, Ahmed, Almeida, Andersen, Arslan, Baker, Banerjee, Bauer, Bennett, Bianchi, Bianco, Brandt,
    Campbell, Carter, Castillo, Chen, Cohen, Costa, Cruz, Dahl, Das, Diaz, Dubois, Dupont, Eriksen, Evans, Farouk,
    Ferrari, Fischer, Fraser, Garcia, Gomez, Grant, Gupta, Hansen, Hart, Hassan, Hayes, Hughes, Ito, Ivanova,
    Jansen, Jensen, Johnson, Kaplan, Keller, Khan, Kim, Klein, Kowalski, Kumar, Laurent, Lee, Lopez, Lund, Martin,
    Mendes, Meyer, Mori, Murphy, Nguyen, Novak, Okafor, Olsen, Ortiz, Park, Patel, Pereira, Petrov, Quinn, Rahman,
    Reed, Rivera, Rossi, Russo, Sato, Schmidt, Silva, Singh, Sousa, Stone, Suzuki, Takeda, Taylor, Torres, Tran,
    Vargas, Vogel, Walsh, Weber, Wood, Yamada, Yilmaz, Zhang
""")
STREETS = _listed("""
    Elm Street, Oak Avenue, Maple Lane, Station Road, Mill Road, Church Street, River Walk, Park Avenue, Hill
    Street, Garden Row, High Street, Orchard Lane, Harbour Street, Bridge Street, School Lane, Meadow Drive, Kings
    Road, Victoria Terrace, Linden Way, Cedar Court
""")
CITIES = _listed("""
    Leeds, Bristol, York, Norwich, Cardiff, Glasgow, Exeter, Derby, Dublin, Galway, Portland, Austin, Denver,
    Madison, Boise, Raleigh, Savannah, Tucson, Halifax, Ottawa, Wellington, Hobart
""")


@dataclass(frozen=True)
class Product:
    """One row of the catalogue."""

    product_id: str
    name: str
    price_cents: int
    description: str


def catalogue() -> list[Product]:
    """What the shop sells."""
    with (HERE / "catalogue.csv").open(encoding="utf-8", newline="") as file:
        return [_product(row) for row in csv.DictReader(file)]


def variants() -> list[tuple[Product, str, int]]:
    """Other versions of some products: the product they are versions of, and whether they are in stock."""
    with (HERE / "variants.csv").open(encoding="utf-8", newline="") as file:
        return [(_product(row), row["version_of"], int(row["in_stock"])) for row in csv.DictReader(file)]


def _product(row: Mapping[str, str]) -> Product:
    return Product(row["product_id"], row["name"], int(row["price"].replace(".", "")), row["description"])


class Builder:
    """Draws customers and orders and writes them; the order of the draws is what the dump depends on."""

    def __init__(self, connection: sqlite3.Connection, hash_memory_kib: int) -> None:
        self.connection = connection
        self.hash_memory_kib = hash_memory_kib
        self.random = random.Random(SEED)
        self.catalogue = catalogue()
        self.order_ids = {"A123", "B456"}
        self.emails: set[str] = set()
        self.cities: dict[str, str] = {}

    def build(self) -> None:
        """Fills the tables."""
        self.connection.executescript((HERE / "schema.sql").read_text(encoding="utf-8"))
        products = [
            (product.product_id, product.name, product.description, product.price_cents, self.random.random() < 0.92)
            for product in self.catalogue
        ]
        # Nobody has ordered another version, so they are no part of the draw.
        products += [
            (one.product_id, one.name, one.description, one.price_cents, there) for one, _, there in variants()
        ]
        self.connection.executemany("INSERT INTO products VALUES (?, ?, ?, ?, ?)", products)
        self.connection.executemany(
            "INSERT INTO product_variants VALUES (?, ?)", [(one.product_id, of) for one, of, _ in variants()]
        )
        self.notebook_customer()
        for customer_id, name, orders in ACCOUNTS:
            self.customer(customer_id, name, orders)
        for number in range(124, 124 + OTHERS):
            name = f"{self.random.choice(FIRST_NAMES)} {self.random.choice(LAST_NAMES)}"
            self.customer(f"user{number}", name, self.weighted(ORDER_COUNTS))
        write_articles(self.connection, read_articles(HERE / "help"))
        self.connection.execute("UPDATE customers SET revision = 0")

    def notebook_customer(self) -> None:
        """The customer with exactly the two orders of the notebook that Headstart grew from."""
        self.account("user123", "Ada Moreno", TODAY - timedelta(days=412))
        processor, mug = self.catalogue[:2]
        shipped = TODAY - timedelta(days=4)
        self.order("user123", "A123", shipped, "Shipped", ((processor, 1),), 4)
        self.order("user123", "B456", TODAY - timedelta(days=17), "Delivered", ((mug, 1),), 4)

    def customer(self, customer_id: str, name: str, orders: int) -> None:
        """An account with that many orders."""
        # The power: most orders are from the last months, a few reach back three years.
        ages = sorted(1 + int(1_000 * self.random.random() ** 2.5) for _ in range(orders))
        self.account(customer_id, name, TODAY - timedelta(days=max(ages, default=3) + self.random.randrange(1, 90)))
        for age in ages:
            self.order(
                customer_id,
                self.order_id(),
                TODAY - timedelta(days=age),
                self.status(age),
                [
                    (product, self.weighted(QUANTITIES))
                    for product in self.random.sample(self.catalogue, self.weighted(LINE_COUNTS))
                ],
                self.random.randrange(1, 3) if orders > 100 else self.random.randrange(2, 6),
            )

    def account(self, customer_id: str, name: str, since: date) -> None:
        """A row of `customers`."""
        local = name.lower().replace(" ", ".")
        email = f"{local}@{self.random.choice(('example.com', 'example.org', 'example.net'))}"
        if email in self.emails:
            email = email.replace("@", f"{self.random.randrange(10, 99)}@")
        self.emails.add(email)
        street, city = self.random.choice(STREETS), self.random.choice(CITIES)
        self.cities[customer_id] = city
        password_hash = hash_secret(
            PASSWORD,
            self.random.randbytes(16),
            time_cost=2,
            memory_cost=self.hash_memory_kib,
            parallelism=1,
            hash_len=32,
            type=Type.ID,
        )
        self.connection.execute(
            "INSERT INTO customers (customer_id, name, email, password_hash, address, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                customer_id,
                name,
                email,
                password_hash.decode("ascii"),
                f"{self.random.randrange(1, 200)} {street}, {city}",
                self.moment(since),
            ),
        )

    def order(
        self,
        customer_id: str,
        order_id: str,
        ordered_on: date,
        status: str,
        lines: Sequence[tuple[Product, int]],
        most_events: int,
    ) -> None:
        """An order with its lines, and what its status calls for: a parcel, a return."""
        age = (TODAY - ordered_on).days
        shipped = status in SHIPPED or (status == "Delayed" and age > 3 and self.random.random() < 0.6)
        carrier = self.random.choice(list(CARRIERS)) if shipped else None
        tracking = f"{CARRIERS[carrier]}{self.random.randrange(100_000_000, 1_000_000_000)}" if carrier else None
        delivered_on = eta = None
        if status in ("Delivered", "Returned"):
            delivered_on = ordered_on + timedelta(days=min(age - 1, self.random.randrange(3, 8)))
        elif status == "Out for delivery":
            eta = TODAY
        elif status in ("Processing", "Shipped", "Delayed"):
            eta = max(ordered_on + timedelta(days=7), TODAY + timedelta(days=self.random.randrange(1, 5)))
        self.connection.execute(
            "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            (
                order_id,
                customer_id,
                status,
                ordered_on.isoformat(),
                sum(product.price_cents * quantity for product, quantity in lines),
                carrier,
                tracking,
                eta and eta.isoformat(),
                delivered_on and delivered_on.isoformat(),
            ),
        )
        self.connection.executemany(
            "INSERT INTO order_items VALUES (?, ?, ?, ?, ?, ?)",
            [
                (order_id, line, product.product_id, product.name, quantity, product.price_cents)
                for line, (product, quantity) in enumerate(lines, start=1)
            ],
        )
        if carrier:
            events = list(self.events(status, ordered_on, delivered_on, carrier, self.cities[customer_id]))
            self.connection.executemany(
                "INSERT INTO shipment_events VALUES (?, ?, ?, ?)",
                [(order_id, at, place, event) for at, place, event in events[-most_events:]],
            )
        if status == "Returned" and delivered_on:
            requested = self.moment(delivered_on + timedelta(days=1))
            self.connection.execute(
                "INSERT INTO returns (order_id, line, reason, status, requested_at) VALUES (?, 1, ?, 'Refunded', ?)",
                (order_id, self.random.choice(RETURN_REASONS), requested),
            )

    def events(
        self, status: str, ordered_on: date, delivered_on: date | None, carrier: str, city: str
    ) -> Iterator[tuple[str, str, str]]:
        """A parcel's stops, oldest first: moment, place, event. None lies after the delivery or after today."""
        last = delivered_on or (TODAY if status == "Out for delivery" else TODAY - timedelta(days=1))
        days = (last - ordered_on).days

        def on(share: float, hour: int) -> str:
            return self.moment(ordered_on + timedelta(days=int(days * share)), hour)

        yield on(0.0, 16), "Warehouse", f"Handed over to {carrier}"
        if status == "Shipped" and days < 2:
            return
        yield on(0.4, 19), "Regional hub", "Sorted"
        yield on(0.7, 21), f"{city} depot", "Arrived at the depot"
        match status:
            case "Delayed":
                yield on(1.0, 22), f"{city} depot", "Delayed by the carrier"
            case "Out for delivery":
                yield on(1.0, 5), f"{city} depot", "Out for delivery"
            case "Delivered" | "Returned":
                yield on(1.0, 5), f"{city} depot", "Out for delivery"
                yield on(1.0, 14), city, "Delivered"
            case _:
                pass

    def moment(self, day: date, hour: int | None = None) -> str:
        """Some minute of that day, in the hour if one is given."""
        at = time(self.random.randrange(7, 22) if hour is None else hour, self.random.randrange(60))
        return datetime.combine(day, at, UTC).isoformat(timespec="seconds")

    def order_id(self) -> str:
        """A number that no other order has: a letter and four digits."""
        while True:
            order_id = f"{self.random.choice('ABCDEFGHJKLMNPQRSTUVWXYZ')}{self.random.randrange(1000, 10_000)}"
            if order_id not in self.order_ids:
                self.order_ids.add(order_id)
                return order_id

    def status(self, age: int) -> str:
        """What an order of that many days is doing."""
        return self.weighted(next(weights for days, weights in STATUS_BY_AGE if age <= days))

    def weighted(self, weights: Mapping[T, int]) -> T:
        """One of the keys."""
        return self.random.choices(list(weights), list(weights.values()))[0]


def build(target: Path, *, hash_memory_kib: int = 19_456) -> None:
    """Builds the database anew at `target`; less memory for the password hashes makes for quicker tests."""
    building = target.with_name(f"{target.name}.building")
    building.unlink(missing_ok=True)
    with closing(sqlite3.connect(building)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        Builder(connection, hash_memory_kib).build()
        connection.commit()
        connection.execute("VACUUM")
    Path(building).replace(target)


if __name__ == "__main__":
    build(HERE / "orders.sqlite")
    print(f"{HERE / 'orders.sqlite'}: {(HERE / 'orders.sqlite').stat().st_size / 1e6:.2f} MB", file=sys.stderr)
