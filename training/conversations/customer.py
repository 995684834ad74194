"""A customer made up for one conversation: what they know of their orders, and what the shop's tools say of them."""

from collections.abc import Iterable, Mapping
from datetime import date

from agent.shop import records
from agent.shop.records import Order, Status
from headstart.speculation.calls import Call
from headstart.world import Found
from training.conversations.shop import Shop


def matches(order: Order, phrase: str) -> bool:
    """Whether every word of the phrase stands in the order's item names."""
    held = {word for item in order.items for word in item.item.lower().split()}
    return all(word in held for word in phrase.lower().split())


class Customer:
    """Every order, newest first as the shop has them, the products it sells, and the shop itself."""

    def __init__(
        self,
        account: records.Account,
        orders: Iterable[Order],
        products: Mapping[str, records.Product],
        events: Mapping[str, tuple[records.ShipmentEvent, ...]],
        today: date,
    ) -> None:
        self.account = account
        self.products = products
        self.orders = sorted(orders, key=lambda order: (-order.ordered_on.toordinal(), order.order_id))
        stops = [(order_id, event) for order_id, of_order in events.items() for event in of_order]
        self._shop = Shop(account, self.orders, products.values(), stops, today)
        self._held: dict[Call, Found] = {}
        """What was read since the last change."""
        self._changes = 0

    @property
    def listed(self) -> list[Order]:
        """Those that `get_order_history` lists."""
        return self.orders[: records.HISTORY_LIMIT]

    @property
    def count(self) -> int:
        """How many orders there are in all."""
        return len(self.orders)

    @property
    def counts(self) -> Mapping[Status, int]:
        """How many are in each status that occurs."""
        return self.history().count_by_status

    def find(self, order_id: str) -> Order | None:
        """The order of that number."""
        return next((order for order in self.orders if order.order_id == order_id), None)

    def with_words(self, words: str) -> list[Order]:
        """The orders whose items are named with all of these words: what the customer means by them."""
        return [order for order in self.orders if matches(order, words)]

    def search(self, words: str) -> records.OrderMatches:
        """What `search_orders` finds."""
        return records.OrderMatches.model_validate(self.found("search_orders", {"text": words}).data)

    def history(self) -> records.OrderHistory:
        """What `get_order_history` reads."""
        return records.OrderHistory.model_validate(self.found("get_order_history", {}).data)

    def shipment(self, order_id: str) -> records.Shipment:
        """What `track_shipment` reads."""
        return records.Shipment.model_validate(self.found("track_shipment", {"order_id": order_id}).data)

    def run(self, name: str, arguments: Mapping[str, str]) -> str:
        """What the model reads of a reading tool's result."""
        return self.found(name, arguments).text

    def found(self, name: str, arguments: Mapping[str, str]) -> Found:
        """What a reading tool gives."""
        call = Call.of(name, arguments)
        if call not in self._held:
            self._held[call] = self._shop.read(call)
        return self._held[call]

    def change(self, name: str, arguments: Mapping[str, str], on: date | None = None) -> tuple[str, Order | None]:
        """What a writing tool says on that day, and the order as it has left it; None where it was refused."""
        self._changes += 1
        found = self._shop.write(Call.of(name, arguments), key=f"change {self._changes}", on=on)
        change = records.Change.model_validate(found.data)
        if change.renewed is not None:
            self._held.clear()
            after = change.renewed
            self.orders = [after if order.order_id == after.order_id else order for order in self.orders]
        return found.text, change.renewed
