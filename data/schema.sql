-- The shop's database. STRICT needs SQLite 3.37. Days are ISO text (2026-01-31), moments ISO text in UTC
-- (2026-01-31T09:30:00+00:00), money is integer cents.
--
-- customers.revision goes up with every change to any row of that customer. It is what tells a result
-- fetched ahead of time from a stale one, so the triggers below see to it and no program has to remember.

PRAGMA user_version = 3;

CREATE TABLE customers (
    customer_id   TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    email         TEXT NOT NULL,
    password_hash TEXT NOT NULL, -- argon2id, encoded form
    address       TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    revision      INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE products (
    product_id  TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
    in_stock    INTEGER NOT NULL DEFAULT 1 CHECK (in_stock IN (0, 1))
) STRICT, WITHOUT ROWID;

-- What a product may be exchanged for: another size, colour or capacity of it.
CREATE TABLE product_variants (
    product_id TEXT PRIMARY KEY REFERENCES products (product_id),
    version_of TEXT NOT NULL REFERENCES products (product_id) -- the usual one, which has no row here
) STRICT, WITHOUT ROWID;

CREATE INDEX product_variants_of ON product_variants (version_of);

CREATE TABLE orders (
    order_id        TEXT PRIMARY KEY,
    customer_id     TEXT NOT NULL REFERENCES customers (customer_id),
    status          TEXT NOT NULL CHECK (status IN (
        'Processing', 'Shipped', 'Out for delivery', 'Delivered', 'Delayed', 'Cancelled', 'Returned'
    )),
    ordered_on      TEXT NOT NULL,
    total_cents     INTEGER NOT NULL,
    carrier         TEXT,
    tracking_number TEXT,
    eta             TEXT,
    delivered_on    TEXT,
    ship_to         TEXT -- NULL: the customer's address
) STRICT, WITHOUT ROWID;

-- The reads of a history: its newest, its dearest, its counts.
CREATE INDEX orders_newest ON orders (customer_id, ordered_on DESC, order_id);
CREATE INDEX orders_dearest ON orders (customer_id, total_cents DESC, ordered_on DESC, order_id);
CREATE INDEX orders_status ON orders (customer_id, status);

CREATE TABLE order_items (
    order_id         TEXT NOT NULL REFERENCES orders (order_id),
    line             INTEGER NOT NULL,
    product_id       TEXT NOT NULL REFERENCES products (product_id),
    item             TEXT NOT NULL,
    quantity         INTEGER NOT NULL CHECK (quantity > 0),
    unit_price_cents INTEGER NOT NULL,
    PRIMARY KEY (order_id, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE shipment_events (
    order_id TEXT NOT NULL REFERENCES orders (order_id),
    at       TEXT NOT NULL,
    place    TEXT NOT NULL,
    event    TEXT NOT NULL
) STRICT;

-- Deliberately not unique: moving all moments by a day would trip over itself half way.
CREATE INDEX shipment_events_newest ON shipment_events (order_id, at DESC);

CREATE TABLE returns (
    return_id    INTEGER PRIMARY KEY,
    order_id     TEXT NOT NULL,
    line         INTEGER NOT NULL,
    reason       TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('Requested', 'Received', 'Refunded')),
    requested_at TEXT NOT NULL,
    exchange_for TEXT REFERENCES products (product_id), -- NULL: the money goes back
    UNIQUE (order_id, line),
    FOREIGN KEY (order_id, line) REFERENCES order_items (order_id, line)
) STRICT;

-- The audit trail of writes. A key is given to one write once: the same key again is the same write again.
CREATE TABLE changes (
    at          TEXT NOT NULL,
    customer_id TEXT NOT NULL REFERENCES customers (customer_id),
    order_id    TEXT REFERENCES orders (order_id), -- NULL: a change of no one order
    action      TEXT NOT NULL,
    before      TEXT,
    after       TEXT,
    reason      TEXT,
    message     TEXT NOT NULL, -- what the customer was told
    key         TEXT UNIQUE,
    undo        TEXT, -- JSON: what it altered, as that was before
    undone_at   TEXT
) STRICT;

CREATE INDEX changes_order ON changes (order_id, at);
CREATE INDEX changes_customer ON changes (customer_id, at);

-- What everybody may read: data/help/*.md. `also` has other words for the same question, one a line.
CREATE TABLE help_articles (
    name  TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    text  TEXT NOT NULL, -- paragraphs; the first one answers
    also  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE help_words USING fts5 (name UNINDEXED, title, text, also, tokenize = 'porter unicode61');

-- A question that became a person's: what was said, what it is about, and what they answer.
CREATE TABLE tickets (
    ticket_id   INTEGER PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (customer_id),
    opened_at   TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('Open', 'Taken', 'Answered', 'Closed')),
    reason      TEXT NOT NULL,
    transcript  TEXT NOT NULL, -- the conversation, one turn a line
    facts       TEXT NOT NULL, -- the orders that it speaks of, one a line
    taken_by    TEXT,
    key         TEXT UNIQUE
) STRICT;

CREATE INDEX tickets_open ON tickets (status, ticket_id);
CREATE INDEX tickets_customer ON tickets (customer_id, ticket_id);

CREATE TABLE ticket_messages (
    message_id INTEGER PRIMARY KEY,
    ticket_id  INTEGER NOT NULL REFERENCES tickets (ticket_id),
    at         TEXT NOT NULL,
    author     TEXT NOT NULL CHECK (author IN ('customer', 'staff')),
    text       TEXT NOT NULL,
    read_at    TEXT -- when the other side has seen it
) STRICT;

CREATE INDEX ticket_messages_of ON ticket_messages (ticket_id, message_id);

-- What was asked and found no answer, without numbers and addresses: it tells which article is missing.
CREATE TABLE unanswered (
    question TEXT PRIMARY KEY,
    times    INTEGER NOT NULL,
    first_at TEXT NOT NULL,
    last_at  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The columns are named so that the bump itself does not fire it again.
CREATE TRIGGER customers_changed
AFTER UPDATE OF customer_id, name, email, password_hash, address, created_at ON customers BEGIN
    UPDATE customers SET revision = revision + 1 WHERE customer_id = new.customer_id;
END;

CREATE TRIGGER orders_added AFTER INSERT ON orders BEGIN
    UPDATE customers SET revision = revision + 1 WHERE customer_id = new.customer_id;
END;

CREATE TRIGGER orders_changed AFTER UPDATE ON orders BEGIN
    UPDATE customers SET revision = revision + 1 WHERE customer_id IN (old.customer_id, new.customer_id);
END;

CREATE TRIGGER orders_removed AFTER DELETE ON orders BEGIN
    UPDATE customers SET revision = revision + 1 WHERE customer_id = old.customer_id;
END;

CREATE TRIGGER order_items_added AFTER INSERT ON order_items BEGIN
    UPDATE customers SET revision = revision + 1
    WHERE customer_id IN (SELECT customer_id FROM orders WHERE order_id = new.order_id);
END;

CREATE TRIGGER order_items_changed AFTER UPDATE ON order_items BEGIN
    UPDATE customers SET revision = revision + 1
    WHERE customer_id IN (SELECT customer_id FROM orders WHERE order_id IN (old.order_id, new.order_id));
END;

CREATE TRIGGER order_items_removed AFTER DELETE ON order_items BEGIN
    UPDATE customers SET revision = revision + 1
    WHERE customer_id IN (SELECT customer_id FROM orders WHERE order_id = old.order_id);
END;

CREATE TRIGGER shipment_events_added AFTER INSERT ON shipment_events BEGIN
    UPDATE customers SET revision = revision + 1
    WHERE customer_id IN (SELECT customer_id FROM orders WHERE order_id = new.order_id);
END;

CREATE TRIGGER shipment_events_changed AFTER UPDATE ON shipment_events BEGIN
    UPDATE customers SET revision = revision + 1
    WHERE customer_id IN (SELECT customer_id FROM orders WHERE order_id IN (old.order_id, new.order_id));
END;

CREATE TRIGGER shipment_events_removed AFTER DELETE ON shipment_events BEGIN
    UPDATE customers SET revision = revision + 1
    WHERE customer_id IN (SELECT customer_id FROM orders WHERE order_id = old.order_id);
END;

CREATE TRIGGER returns_added AFTER INSERT ON returns BEGIN
    UPDATE customers SET revision = revision + 1
    WHERE customer_id IN (SELECT customer_id FROM orders WHERE order_id = new.order_id);
END;

CREATE TRIGGER returns_changed AFTER UPDATE ON returns BEGIN
    UPDATE customers SET revision = revision + 1
    WHERE customer_id IN (SELECT customer_id FROM orders WHERE order_id IN (old.order_id, new.order_id));
END;

CREATE TRIGGER returns_removed AFTER DELETE ON returns BEGIN
    UPDATE customers SET revision = revision + 1
    WHERE customer_id IN (SELECT customer_id FROM orders WHERE order_id = old.order_id);
END;
