"""What the shop's changes do to a customer's rows; `policy.py` says when, `notices.py` how it is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import aiosqlite

from agent.shop import notices, policy, queries
from agent.shop.records import Change, Item, LastChange, Order, Snapshot
from agent.shop.writer import REASON_LENGTH, Made, OrderWriter, Request, done, refused
from headstart.errors import DatabaseError
from headstart.text import one_line

UNDONE_COLUMNS = {"changes": ("undo", "undone_at")}


@dataclass(frozen=True)
class Changes:
    """The changes of one database; each answers with what it did or with the rules' refusal."""

    writer: OrderWriter

    async def cancel_order(self, request: Request, reason: str) -> Change:
        """Cancels an order that has not shipped."""

        async def apply(connection: aiosqlite.Connection, order: Order) -> Change:
            if refusal := policy.cancel_refusal(order):
                return refused("cancel_order", order.order_id, refusal)
            await connection.execute_fetchall(
                "UPDATE orders SET status = 'Cancelled', eta = NULL WHERE order_id = ?", (order.order_id,)
            )
            message = notices.cancelled(order, done=not request.dry_run)
            return done("cancel_order", order.order_id, message, order.status.value, "Cancelled")

        return await self.writer.change_order("cancel_order", request, reason, apply)

    async def request_return(self, request: Request, item: str, reason: str) -> Change:
        """Registers the return of items of a delivered order: of the one that is named, of several or of all."""

        async def apply(connection: aiosqlite.Connection, order: Order) -> Change:
            registered = await queries.registered_returns(connection, order)
            meant = policy.items_meant(order, item, registered)
            refusal = policy.return_refusal(order, meant, registered, self.writer.today())
            if refusal:
                return refused("request_return", order.order_id, refusal)
            await self._register(connection, order, meant, reason)
            message = notices.return_registered(order, meant, done=not request.dry_run)
            return done("request_return", order.order_id, message, order.status.value, "Return requested")

        return await self.writer.change_order("request_return", request, reason, apply)

    async def exchange_item(self, request: Request, item: str, wanted: str) -> Change:
        """Exchanges an item for another version of it: in an order that has not shipped, or after its delivery."""

        async def apply(connection: aiosqlite.Connection, order: Order) -> Change:
            action = "exchange_item"
            registered = await queries.registered_returns(connection, order)
            meant = policy.items_meant(order, item, registered)
            if refusal := policy.exchange_refusal(order, meant, registered, self.writer.today()):
                return refused(action, order.order_id, refusal)
            known = self.writer.has("product_variants", "version_of")
            versions = await queries.versions(connection, meant[0]) if known else ()
            chosen = policy.version_meant(meant[0], versions, wanted)
            if chosen is None:
                sentence = notices.which_version(order, meant[0], versions)
                return refused(action, order.order_id, sentence)
            waits = policy.not_yet_shipped(order)
            if waits:
                await connection.execute_fetchall(
                    "UPDATE order_items SET product_id = ?, item = ?, unit_price_cents = ?"
                    " WHERE order_id = ? AND line = ?",
                    (chosen.product_id, chosen.name, chosen.price_cents, order.order_id, meant[0].line),
                )
                await _add_up(connection, order)
            else:
                self.writer.check({"returns": ("exchange_for",)}, "exchanging an item")
                await self._register(connection, order, meant, wanted, exchange_for=chosen.product_id)
            message = notices.exchanged(order, meant[0], chosen, waits=waits, done=not request.dry_run)
            return done(action, order.order_id, message, meant[0].item, chosen.name)

        return await self.writer.change_order("exchange_item", request, wanted, apply)

    async def remove_item(self, request: Request, item: str, count: int) -> Change:
        """Takes an item out of an order that has not shipped, or so many of it."""

        async def apply(connection: aiosqlite.Connection, order: Order) -> Change:
            meant = policy.items_meant(order, item)
            if refusal := policy.removal_refusal(order, meant, count):
                return refused("remove_item", order.order_id, refusal)
            left = meant[0].quantity - count if 0 < count < meant[0].quantity else 0
            place = (order.order_id, meant[0].line)
            if left:
                await connection.execute_fetchall(
                    "UPDATE order_items SET quantity = ? WHERE order_id = ? AND line = ?", (left, *place)
                )
            else:
                await connection.execute_fetchall("DELETE FROM order_items WHERE order_id = ? AND line = ?", place)
            total_cents = await _add_up(connection, order)
            message = notices.removed(order, meant[0], left, total_cents, done=not request.dry_run)
            return done("remove_item", order.order_id, message, notices.holds(order), notices.total(total_cents))

        return await self.writer.change_order("remove_item", request, None, apply)

    async def change_address(self, request: Request, address: str) -> Change:
        """Sends an order that has not shipped elsewhere; needs the column orders.ship_to."""
        address = one_line(address)

        async def apply(connection: aiosqlite.Connection, order: Order) -> Change:
            if refusal := policy.address_refusal(order, address):
                return refused("change_address", order.order_id, refusal)
            self.writer.check({"orders": ("ship_to",)}, "changing an address")
            before = await queries.goes_to(connection, order)
            await connection.execute_fetchall(
                "UPDATE orders SET ship_to = ? WHERE order_id = ?", (address, order.order_id)
            )
            message = notices.goes_to(order, address, done=not request.dry_run)
            return done("change_address", order.order_id, message, before, address)

        return await self.writer.change_order("change_address", request, None, apply)

    async def change_default_address(self, request: Request, address: str) -> Change:
        """Changes the customer's address; what is ordered already goes where it was to go."""
        address, action = one_line(address), "change_default_address"

        async def make(connection: aiosqlite.Connection) -> Made:
            account = await queries.account(connection, request.customer_id)
            if account is None:
                raise DatabaseError(f"Expected the account {request.customer_id!r}, found none. Sign in again.")
            if refusal := policy.default_address_refusal(account, address):
                return refused(action, "", refusal), None
            self.writer.check({"orders": ("ship_to",)}, "changing an address")
            kept = await connection.execute_fetchall(
                "UPDATE orders SET ship_to = ? WHERE customer_id = ? AND ship_to IS NULL"
                " AND delivered_on IS NULL AND status NOT IN ('Delivered', 'Cancelled', 'Returned') RETURNING order_id",
                (account.address, request.customer_id),
            )
            await connection.execute_fetchall(
                "UPDATE customers SET address = ? WHERE customer_id = ?", (address, request.customer_id)
            )
            orders = tuple(sorted(row["order_id"] for row in kept))
            before = Snapshot(address=account.address, followed=orders)
            message = notices.address_changed(account.address, address, len(orders), done=not request.dry_run)
            return done(action, "", message, account.address, address), before

        return await self.writer.change(action, request, None, make)

    async def undo_change(self, request: Request) -> Change:
        """Takes back the customer's last change of the last hour, where the shop still can."""
        action = "undo_change"

        async def make(connection: aiosqlite.Connection) -> Made:
            self.writer.check(UNDONE_COLUMNS, "undoing a change")
            since = self.writer.now() - timedelta(minutes=policy.UNDO_MINUTES)
            last = await queries.last_change(connection, request.customer_id, since)
            if last is None:
                return refused(action, "", policy.NOTHING_TO_UNDO), None
            order = await queries.find_order(connection, request.customer_id, last.order_id) if last.order_id else None
            moved = await queries.returns_moved(connection, last)
            if refusal := policy.undo_refusal(last, order, moved=moved):
                return refused(action, last.order_id, refusal), None
            await _write_back(connection, request.customer_id, last)
            await connection.execute_fetchall(
                "UPDATE changes SET undone_at = ? WHERE rowid = ?", (self.writer.stamp(), last.number)
            )
            renewed = await queries.find_order(connection, request.customer_id, last.order_id) if order else None
            before_it = await queries.last_change(connection, request.customer_id, since)
            message = notices.undone(last, renewed, more=before_it is not None, done=not request.dry_run)
            return done(action, last.order_id, message, last.to or "", last.was or ""), None

        return await self.writer.change(action, request, None, make)

    async def _register(
        self,
        connection: aiosqlite.Connection,
        order: Order,
        items: Sequence[Item],
        reason: str,
        exchange_for: str | None = None,
    ) -> None:
        """Notes down that these items come back."""
        noted = {"reason": one_line(reason)[:REASON_LENGTH], "status": "Requested", "requested_at": self.writer.stamp()}
        noted |= {"exchange_for": exchange_for} if exchange_for else {}
        for item in items:
            row: dict[str, object] = {"order_id": order.order_id, "line": item.line, **noted}
            await connection.execute_fetchall(
                f"INSERT INTO returns ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",  # noqa: S608  Names of its own.
                tuple(row.values()),
            )


async def _add_up(connection: aiosqlite.Connection, order: Order) -> int:
    """Writes down what the order's items come to, in cents."""
    rows = await connection.execute_fetchall(
        "UPDATE orders SET total_cents ="
        " (SELECT sum(quantity * unit_price_cents) FROM order_items WHERE order_id = orders.order_id)"
        " WHERE order_id = ? RETURNING total_cents",
        (order.order_id,),
    )
    return next(int(row["total_cents"]) for row in rows)


async def _write_back(connection: aiosqlite.Connection, customer_id: str, last: LastChange) -> None:
    """What a change has altered, as it was, and nothing else: the shop may have moved the rest since."""
    before, order_id = last.before, last.order_id
    match last.action:
        case "change_default_address":
            await connection.execute_fetchall(
                "UPDATE customers SET address = ? WHERE customer_id = ?", (before.address, customer_id)
            )
            for followed in before.followed:
                await connection.execute_fetchall(
                    "UPDATE orders SET ship_to = NULL WHERE order_id = ? AND ship_to = ?", (followed, before.address)
                )
        case "change_address":
            await connection.execute_fetchall(
                "UPDATE orders SET ship_to = ? WHERE order_id = ?", (before.ship_to, order_id)
            )
        case "cancel_order" if before.order:
            eta = before.order.eta and before.order.eta.isoformat()
            await connection.execute_fetchall(
                "UPDATE orders SET status = ?, eta = ? WHERE order_id = ?", (before.order.status.value, eta, order_id)
            )
        case _:
            if before.order:
                await _items_back(connection, before.order, before.returned)


async def _items_back(connection: aiosqlite.Connection, order: Order, returned: Sequence[int]) -> None:
    """An order's items as they were, and only the returns that they had."""
    for item in order.items:
        await connection.execute_fetchall(
            "INSERT INTO order_items (order_id, line, product_id, item, quantity, unit_price_cents)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (order_id, line) DO UPDATE SET product_id = excluded.product_id,"
            " item = excluded.item, quantity = excluded.quantity, unit_price_cents = excluded.unit_price_cents",
            (order.order_id, item.line, item.product_id, item.item, item.quantity, item.unit_price_cents),
        )
    await connection.execute_fetchall(
        "UPDATE orders SET total_cents = ? WHERE order_id = ?", (order.total_cents, order.order_id)
    )
    places = ", ".join("?" * len(returned))
    await connection.execute_fetchall(
        f"DELETE FROM returns WHERE order_id = ? AND line NOT IN ({places})",  # noqa: S608  Question marks.
        (order.order_id, *returned),
    )
