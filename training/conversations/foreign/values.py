"""Values and names of strangers' records: composed, so that copying is what is learned."""

import random
from datetime import date, timedelta

from training.conversations import names

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


def value(draw: random.Random, kind: str) -> str:
    """A value of that kind, as a result has it."""
    n = draw.randrange
    match kind:
        case "date":
            return day(draw).isoformat()
        case "moment":
            return f"{day(draw).isoformat()}{draw.choice([' at ', ' '])}{n(6, 23):02d}:{draw.choice(['00', '15', '30', '45'])}"
        case "money":
            return money(draw)
        case "person":
            return names.person(draw)
        case "city":
            return names.city(draw)
        case "email":
            return f"{draw.choice(['desk', 'office', 'team', 'hello', 'info'])}{n(100)}@{names.brand(draw).lower()}.example"
        case "phone":
            return draw.choice(
                [
                    f"{n(100, 1000)}-{n(1000, 10000)}",
                    f"extension {n(10, 1000)}",
                    f"+{n(1, 60)} {n(10, 99)} {n(10**5, 10**6)}",
                ]
            )
        case "shelf":
            return f"{draw.choice('ABCDEFGH')}{n(1, 60)}"
        case "count":
            return str(n(1, 61))
        case "duration":
            return draw.choice(
                [f"{n(5, 91)} minutes", f"{n(2, 9)} hours", f"{n(2, 20)} days", f"{n(1, 4)} h {n(10, 60)} min"]
            )
        case "temperature":
            return f"{n(2, 240)} °C"
        case "percent":
            return f"{n(1, 100)} %"
        case "version":
            return f"{n(1, 12)}.{n(0, 30)}.{n(0, 10)}"
        case "address":
            return draw.choice([f"10.{n(256)}.{n(256)}.{n(256)}", f"https://{names.brand(draw).lower()}.example"])
        case "size":
            return draw.choice([f"{n(18, 200)} m²", f"{n(20, 300)} cm", f"{n(3, 25)} m"])
        case "gigabytes":
            return f"{n(1, 900)} GB"
        case "rating":
            return f"{n(1, 5)}.{n(10)} of 5"
        case "kilometres":
            return f"{n(1, 40)}.{n(10)} km"
        case "kilograms":
            return f"{n(1, 60)}.{n(10)} kg"
        case "hours":
            return f"from {n(6, 12):02d}:00 to {n(14, 24):02d}:{draw.choice(['00', '30'])}"
        case "serial":
            return f"{''.join(draw.choice('ACDEFHKMPRTX') for _ in range(2))}{n(10000, 99999)}"
        case _:
            return draw.choice(_WORDS[kind])


_WORDS = {
    "status": STATUS,
    "health": HEALTH,
    "availability": AVAILABILITY,
    "department": DEPARTMENTS,
    "place": PLACES,
    "priority": PRIORITIES,
    "level": GRADES,
    "language": LANGUAGES,
    "reason": REASONS,
}


def name(draw: random.Random, kind: str) -> str:
    """The name of a record of that kind."""
    n = draw.randrange
    match kind:
        case "title":
            return draw.choice(["The {} {}", "{} {}", "A {} {}"]).format(draw.choice(FIRST), draw.choice(SECOND))
        case "item":
            return names.item(draw, False)
        case "trouble":
            return f"{draw.choice(TROUBLES)}{draw.choice(['', '', f' on floor {n(1, 9)}', f' at {names.brand(draw)}'])}"
        case "code":
            return f"{draw.choice(['', '', '#'])}{draw.choice(['INV', 'BK', 'T', 'CL', 'REQ', 'PX', 'N'])}{draw.choice(['-', '-', ''])}{n(10, 99999)}"
        case "device":
            return f"{draw.choice(DEVICES)} {draw.choice([str(n(1, 40)), draw.choice('ABCDE') + str(n(1, 9)), draw.choice(['North', 'Lobby', 'Kitchen', 'Roof', 'Cellar'])])}"
        case "host":
            return f"{draw.choice(HOSTS)}-{draw.choice(['eu', 'us', 'test', 'prod', 'old'])}{draw.choice(['', f'-{n(1, 30):02d}'])}"
        case "person":
            return names.person(draw)
        case "dish":
            return f"{draw.choice(STYLES)} {draw.choice(DISHES)}" if draw.random() < 0.6 else draw.choice(DISHES)
        case "course":
            return f"{draw.choice(COURSES)} {draw.choice(LEVELS)}" if draw.random() < 0.6 else draw.choice(COURSES)
        case "flight":
            return f"{draw.choice(['LX', 'KL', 'QF', 'BA', 'ZT', 'NW'])}{n(10, 9999)}"
        case "room":
            return draw.choice(
                [draw.choice(ROOMS), f"Room {n(1, 60)}", f"{draw.choice(ROOMS)} {n(1, 9)}", f"flat {n(1, 90)}"]
            )
        case "car":
            return f"{draw.choice(CARS)} {draw.choice([str(n(1, 20)), draw.choice(ROOMS)])}"
        case "brand":
            return f"{names.brand(draw)}{draw.choice(['', ' Ltd', ' Plus', ' Cloud', ' & Sons'])}"
        case "project":
            return draw.choice(
                [f"{draw.choice(FIRST)} {draw.choice(SECOND)}", names.brand(draw), f"Project {draw.choice(ROOMS)}"]
            )
        case "task":
            return f"{draw.choice(TASKS_DO)} {draw.choice(TASKS_ON)}"
        case "meeting":
            return (
                f"{draw.choice(DAYPARTS)} {draw.choice(MEETINGS)}"
                if draw.random() < 0.6
                else f"{names.brand(draw)} {draw.choice(MEETINGS)}"
            )
        case "match":
            return f"{names.city(draw)} – {names.city(draw)}"
        case "plant":
            return f"{draw.choice(FIRST)} {draw.choice(PLANTS)}"
        case _:
            return f"{draw.choice(TRAIL)} {draw.choice(TRAILS)}"
