"""How customers ask two things about their account at once, and for what the shop does not know of them."""

TWO = """
Tell me {a} and {b}
Tell me {a} and {b}, please
Please tell me {a} and {b}
Please tell me both {a} and {b}
Can you tell me {a} and {b}?
Can you tell me {a} and also {b}?
Can you give me {a} and {b}?
Could you tell me {a}, and {b} too?
Could you look up {a} and {b}?
Could you check {a} and {b} for me?
Would you tell me {a} and {b}?
Do you have {a} and {b}?
Do you know {a} and {b}?
I need {a} and {b}
I need to know {a} and {b}
I'd like to know {a} and {b}
I'd like to check {a} and {b}
I want to check {a} as well as {b}
I want to see {a} and {b}
I forgot {a} and {b}
I can't remember {a} or {b}
I'm not sure about {a} and {b}
Read me {a} and {b}
Remind me of {a} and {b}
Show me {a} and {b}
Give me {a} and {b}
Confirm {a} and {b} please
Two things: {a} and {b}
For a form I need {a} and {b}
My bank asks for {a} and {b}
{a} and {b}
{a} and {b}?
{a} and {b} please
{a}, {b}
{a} + {b}
{a} as well as {b}, please
first {a}, then {b}
just {a} and {b}
"""
NAMED = {
    "name": ["my name", "my full name", "the name on my account", "the name you have for me", "who I am to you"],
    "email": [
        "my email",
        "my e-mail",
        "my mail",
        "my email address",
        "the email on file",
        "the mail you write to",
        "which email I used",
        "the inbox you write to",
        "where you mail me",
    ],
    "address": [
        "my address",
        "my home address",
        "my delivery address",
        "the address on file",
        "my street",
        "the address you ship to",
        "where you deliver to",
        "where I live",
        "my postal address",
    ],
    "user name": ["my user name", "my username", "my login", "my customer id", "my user id", "what I log in with"],
    "since": [
        "since when I'm a customer",
        "how long I've been with you",
        "when I signed up",
        "when I joined",
        "the date I registered",
        "how old my account is",
        "my sign-up date",
    ],
}
"""What stands for `{a}` and `{b}`."""
JOINTS = ["{p} And {q}", "{p} And also: {q}", "{p} {q}", "{p} Also, {q}", "{p} And one more thing, {q}", "{p}, and {q}"]
"""Two whole questions in one message."""

UNKNOWN = """
What's my phone number?
Which phone number do you have for me?
Which phone do you call me on?
What mobile number did I leave?
On which number would the driver call me?
Is my cell phone on my account?
Do you have my phone number?
Did I give you a phone number?
my phone?
phone number on my account
What tier am I in?
Which tier do I have?
Am I a gold member?
Am I a premium customer?
What's my membership level?
Which status do I have as a customer, silver or gold?
my tier?
How many points do I have?
How many loyalty points are on my account?
What's my points balance?
Do I have any bonus points?
Did I collect enough points for something?
my points
Do I have store credit?
How much credit is on my account?
What's my balance?
Is there a voucher on my account?
When is my birthday, according to you?
What date of birth do you have for me?
Do you know how old I am?
Which credit card is saved on my account?
What payment method do I have on file?
Which bank account do you charge?
Is my card still valid?
What's my password?
What's my VAT number with you?
Which language is set in my profile?
Am I subscribed to your newsletter?
Who is my personal adviser?
What's my billing address, if it's another one?
"""
"""Nothing of it is in an account."""
