"""One customer of the exams, by hand: what is said of these rows can be counted on the fingers."""

from datetime import date

from training.exam.truth import Customer, Item, Order, Product, Shop, Stop

MUG = Order(
    "K4821",
    "Delivered",
    date(2025, 9, 28),
    3990,
    (Item("Garlic Press", "P3081", 1, 3990),),
    "Postnor",
    "PN123456789",
    None,
    date(2025, 10, 2),
    stops=(Stop(date(2025, 10, 2), "Palermo", "Handed to the recipient"),),
)
TINS = Order(
    "A123",
    "Shipped",
    date(2025, 10, 9),
    2670,
    (Item("Loaf Tin (2 lb)", "P3451", 2, 895), Item("Soup Ladle", "P3451", 1, 880)),
    "Kestrel Parcels",
    "KP987654321",
    date(2025, 10, 17),
    stops=(Stop(date(2025, 10, 10), "Odense warehouse", "Collected by Kestrel Parcels"),),
)
GLOBE = Order("B77001", "Processing", date(2025, 10, 12), 5950, (Item("Globe, 30 cm", "P4968", 1, 5950),))
ANNA = Customer("anna7", "Anna Bell", "anna@inbox.test", "4 Elm Row, Odense", date(2024, 3, 5), (GLOBE, TINS, MUG))
SHOP = Shop(
    {
        "P3081": Product("P3081", "Garlic Press", 3990, True, "A press."),
        **{f"X{n}": Product(f"X{n}", item.name, 100, True, "") for n, item in enumerate((*TINS.items, *GLOBE.items))},
        "Y1": Product("Y1", "Hammock", 6780, True, ""),
    },
    {"Z9": "zoe1", "Z9001": "zoe1", "zoe@inbox.test": "zoe1", "9 Oak Row, Dundee": "zoe1", "TR555555555": "zoe1"}
    | {order.order_id: "anna7" for order in ANNA.orders}
    | {"PN123456789": "anna7", "KP987654321": "anna7", "anna@inbox.test": "anna7", "4 Elm Row, Odense": "anna7"},
    frozenset({"Postnor", "Kestrel Parcels", "TruckRight"}),
    frozenset({"Palermo", "Odense warehouse"}),
)
