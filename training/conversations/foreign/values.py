"""Values and names of strangers' records: composed, so that copying is what is learned."""

import random
from collections.abc import Callable
from datetime import date, timedelta

from training.conversations import names

Draw = Callable[[random.Random], str]

FIRST = names.words("""
Silent|Golden|Broken|Hidden|Last|First|Northern|Paper|Winter|Salt|Glass|Crooked|Velvet|Distant|Burning|Little
Forgotten|Blue|Hollow|Painted|Restless|Second|Stolen|Tall|Wandering|Amber|Bitter|Quiet|Iron|Lonely|Midnight|Wild
""")
SECOND = names.words("""
River|Orchard|Lantern|Harbour|Letter|Garden|Mountain|Sparrow|Kingdom|Window|Bridge|Summer|Island|Mirror|Clock|Fox
Forest|Station|Ocean|Road|Tower|Promise|Valley|Stranger|Song|Tide|Meadow|Archive|Shadow|Orchestra|Lighthouse|Anchor
""")
DEVICES = names.words("""
Pump|Boiler|Router|Camera|Printer|Lathe|Compressor|Freezer|Oven|Scanner|Thermostat|Gateway|Projector|Elevator
Generator|Dryer|Fan|Press|Mixer|Conveyor|Door Lock|Smoke Alarm|Heat Pump|Access Point|Charger|Drill|Probe|Valve
""")
DISHES = names.words("""
Lentil Soup|Plum Cake|Mushroom Risotto|Onion Tart|Chickpea Curry|Lemon Chicken|Apple Crumble|Fish Stew|Pumpkin Bread
Potato Gratin|Beef Goulash|Carrot Cake|Rice Pudding|Spinach Pie|Tomato Salad|Noodle Soup|Pear Strudel|Bean Chili
Almond Biscuits|Leek Quiche|Pepper Pasta|Cheese Dumplings|Walnut Loaf|Barley Bowl|Cherry Pancakes|Roast Cauliflower
""")
STYLES = ["Spicy", "Grandma's", "Quick", "Creamy", "Smoked", "Vegan", "Rustic", "Crispy", "Sweet", "Classic", "Cold"]
COURSES = names.words("""
Pottery|Spanish|Photography|Yoga|Bread Baking|Italian|Watercolours|First Aid|Guitar|Woodwork|Chess|Sewing|Salsa
Bookkeeping|Drawing|Public Speaking|Swimming|Pilates|Boxing|Spinning|Choir|Programming|Calligraphy|Juggling|Judo
""")
LEVELS = ["for Beginners", "for Teens", "II", "Evening", "Intensive", "on Sundays", "Basics", "Advanced", "at Noon"]
TROUBLES = names.words("""
login loop|blank invoice page|slow search|printer jam|missing badge|broken headset|frozen screen|lost password
VPN drop|wrong tax rate|double booking|noisy fan|failed upload|stuck elevator|flickering lamp|dead keyboard
email bounce|leaking tap|calendar sync error|locked account|crashing editor|no sound in room|power cut|slow Wi-Fi
""")
TASKS_DO = ["write", "check", "order", "paint", "review", "clean", "plan", "translate", "test", "pack", "repair"]
TASKS_ON = names.words("""
the annual report|the front door|new chairs|the menu|the price list|the storage room|the summer party|the manual
the payment form|the sample boxes|the bike shed|the onboarding guide|the floor plan|the newsletter|the stage lights
""")
MEETINGS = ["kickoff", "stand-up", "budget round", "retrospective", "design review", "board call", "handover", "demo"]
DAYPARTS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "early", "late", "night", "weekend", "morning"]
PLANTS = names.words("""
Lavender|Fern|Olive Tree|Basil|Rosemary|Hydrangea|Maple|Cactus|Bamboo|Fig Tree|Tulip|Peony|Ivy|Lemon Tree|Orchid
""")
TRAIL = ["Ridge", "Lake", "Pine", "Eagle", "Mill", "Gorge", "Chapel", "Heather", "Otter", "Summit", "Fjord", "Beech"]
TRAILS = ["Loop", "Path", "Trail", "Walk", "Round", "Camp", "Meadow", "Hollow", "Point", "Creek"]
CARS = ["Van", "Pickup", "Minibus", "Estate", "Cargo Bike", "Kangoo", "Transporter", "Electric Car", "Trailer"]
HOSTS = ["web", "db", "mail", "cache", "auth", "billing", "search", "files", "metrics", "queue", "proxy", "events"]
ROOMS = [
    "Aurora",
    "Bamboo",
    "Cobalt",
    "Delta",
    "Ember",
    "Fjord",
    "Granite",
    "Hazel",
    "Indigo",
    "Jasper",
    "Kiwi",
    "Linden",
]

STATUS = ["open", "closed", "waiting for approval", "in progress", "approved", "rejected", "on hold", "done", "planned"]
HEALTH = ["running", "offline", "out of order", "running normally", "delayed", "on time", "under repair", "online"]
AVAILABILITY = ["available", "taken", "sold out", "free until noon", "reserved", "not available today", "back tomorrow"]
DEPARTMENTS = ["Accounting", "Design", "Facilities", "Legal", "Logistics", "Purchasing", "Research", "Payroll", "IT"]
PLACES = ["the basement", "hall 3", "the east wing", "room 204", "building C", "the attic", "the yard", "studio 2"]
PRIORITIES = ["low", "normal", "high", "critical"]
GRADES = ["beginners", "experts", "everyone", "families", "advanced learners", "children from 8", "adults only"]
LANGUAGES = ["English", "French", "Polish", "Spanish", "Dutch", "German with subtitles", "Portuguese", "Japanese"]
REASONS = [
    "a power cut",
    "a full disk",
    "storm damage",
    "a wrong password",
    "a broken cable",
    "a late delivery",
    "water",
]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def day(draw: random.Random) -> date:
    """A day of two years."""
    return date(2026, 1, 1) + timedelta(days=draw.randrange(730))


def spoken(draw: random.Random, when: date) -> str:
    """A date as people write it, with its year."""
    month = MONTHS[when.month - 1]
    form = draw.choice(
        ["{iso}", "{iso}", "{month} {d}, {y}", "{d} {month} {y}", "{short} {d} {y}", "the {d}th of {month} {y}"]
    )
    if when.day % 10 in (1, 2, 3):
        form = form.replace("th of", " of")
    return form.format(iso=when.isoformat(), month=month, short=month[:3], d=when.day, y=when.year)


def money(draw: random.Random) -> str:
    """An amount, mostly in dollars."""
    units = draw.choice([draw.randrange(1, 100), draw.randrange(100, 9000)])
    text = f"{units:,}.{draw.randrange(100):02d}"
    return draw.choice([f"${text}", f"${text}", f"€{text}", f"{text} EUR", f"£{units:,}"])


def _date(draw: random.Random) -> str:
    return day(draw).isoformat()


def _pick(*table: str) -> Draw:
    return lambda draw: draw.choice(table)


def _number(form: str, least: int, beyond: int) -> Draw:
    return lambda draw: form.format(draw.randrange(least, beyond))


def _either(*ways: Draw) -> Draw:
    return lambda draw: draw.choice(ways)(draw)


def _joined(*parts: Draw | str) -> Draw:
    return lambda draw: "".join(part if isinstance(part, str) else part(draw) for part in parts)


def _lower(way: Draw) -> Draw:
    return lambda draw: way(draw).lower()


_DIGIT, _BYTE, _LETTER = _number("{}", 0, 10), _number("{}", 0, 256), _pick(*"ACDEFHKMPRTX")
_BRAND = _lower(names.brand)
_VALUES: dict[str, Draw] = {
    "date": _date,
    "moment": _joined(_date, _pick(" at ", " "), _number("{:02d}:", 6, 23), _pick("00", "15", "30", "45")),
    "money": money,
    "person": names.person,
    "city": names.city,
    "email": _joined(_pick("desk", "office", "team", "hello", "info"), _number("{}@", 0, 100), _BRAND, ".example"),
    "phone": _either(
        _joined(_number("{}-", 100, 1000), _number("{}", 1000, 10_000)),
        _number("extension {}", 10, 1000),
        _joined(_number("+{} ", 1, 60), _number("{} ", 10, 99), _number("{}", 100_000, 1_000_000)),
    ),
    "shelf": _joined(_pick(*"ABCDEFGH"), _number("{}", 1, 60)),
    "count": _number("{}", 1, 61),
    "duration": _either(
        _number("{} minutes", 5, 91),
        _number("{} hours", 2, 9),
        _number("{} days", 2, 20),
        _joined(_number("{} h ", 1, 4), _number("{} min", 10, 60)),
    ),
    "temperature": _number("{} °C", 2, 240),
    "percent": _number("{} %", 1, 100),
    "version": _joined(_number("{}.", 1, 12), _number("{}.", 0, 30), _DIGIT),
    "address": _either(
        _joined("10.", _BYTE, ".", _BYTE, ".", _BYTE),
        _joined("https://", _BRAND, ".example"),
    ),
    "size": _either(_number("{} m²", 18, 200), _number("{} cm", 20, 300), _number("{} m", 3, 25)),
    "gigabytes": _number("{} GB", 1, 900),
    "rating": _joined(_number("{}.", 1, 5), _number("{} of 5", 0, 10)),
    "kilometres": _joined(_number("{}.", 1, 40), _number("{} km", 0, 10)),
    "kilograms": _joined(_number("{}.", 1, 60), _number("{} kg", 0, 10)),
    "hours": _joined(_number("from {:02d}:00 to ", 6, 12), _number("{:02d}:", 14, 24), _pick("00", "30")),
    "serial": _joined(_LETTER, _LETTER, _number("{}", 10_000, 99_999)),
    "status": _pick(*STATUS),
    "health": _pick(*HEALTH),
    "availability": _pick(*AVAILABILITY),
    "department": _pick(*DEPARTMENTS),
    "place": _pick(*PLACES),
    "priority": _pick(*PRIORITIES),
    "level": _pick(*GRADES),
    "language": _pick(*LANGUAGES),
    "reason": _pick(*REASONS),
}
_NAMES: dict[str, Draw] = {
    "title": _joined(_pick("The ", "", "A "), _pick(*FIRST), " ", _pick(*SECOND)),
    "item": lambda draw: names.item(draw, False),
    "trouble": _joined(
        _pick(*TROUBLES),
        _either(_pick(""), _pick(""), _number(" on floor {}", 1, 9), _joined(" at ", names.brand)),
    ),
    "code": _joined(
        _pick("", "", "#"),
        _pick("INV", "BK", "T", "CL", "REQ", "PX", "N"),
        _pick("-", "-", ""),
        _number("{}", 10, 99_999),
    ),
    "device": _joined(
        _pick(*DEVICES),
        " ",
        _either(
            _number("{}", 1, 40),
            _joined(_pick(*"ABCDE"), _number("{}", 1, 9)),
            _pick("North", "Lobby", "Kitchen", "Roof", "Cellar"),
        ),
    ),
    "host": _joined(
        _pick(*HOSTS), "-", _pick("eu", "us", "test", "prod", "old"), _either(_pick(""), _number("-{:02d}", 1, 30))
    ),
    "person": names.person,
    "dish": _either(_pick(*DISHES), _joined(_pick(*STYLES), " ", _pick(*DISHES))),
    "course": _either(_pick(*COURSES), _joined(_pick(*COURSES), " ", _pick(*LEVELS))),
    "flight": _joined(_pick("LX", "KL", "QF", "BA", "ZT", "NW"), _number("{}", 10, 9999)),
    "room": _either(
        _pick(*ROOMS),
        _number("Room {}", 1, 60),
        _joined(_pick(*ROOMS), _number(" {}", 1, 9)),
        _number("flat {}", 1, 90),
    ),
    "car": _joined(_pick(*CARS), " ", _either(_number("{}", 1, 20), _pick(*ROOMS))),
    "brand": _joined(names.brand, _pick("", " Ltd", " Plus", " Cloud", " & Sons")),
    "project": _either(
        _joined(_pick(*FIRST), " ", _pick(*SECOND)),
        names.brand,
        _joined("Project ", _pick(*ROOMS)),
    ),
    "task": _joined(_pick(*TASKS_DO), " ", _pick(*TASKS_ON)),
    "meeting": _joined(_either(_pick(*DAYPARTS), names.brand), " ", _pick(*MEETINGS)),
    "match": _joined(names.city, " – ", names.city),
    "plant": _joined(_pick(*FIRST), " ", _pick(*PLANTS)),
    "trail": _joined(_pick(*TRAIL), " ", _pick(*TRAILS)),
}


def value(draw: random.Random, kind: str) -> str:
    """A value of that kind, as a result has it."""
    return _VALUES[kind](draw)


def name(draw: random.Random, kind: str) -> str:
    """The name of a record of that kind."""
    return _NAMES[kind](draw)
