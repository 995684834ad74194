"""How customers point at an order by its place: in the list just told, or next to the order just talked about."""

PLACES = [
    """
the first one
the first
the first of them
the first in the list
the one at the top
the top one
number one
no. 1
the 1st one
the 1st
first one
""",
    """
the second one
the second
the second of my orders
the second order
the second of them
the second in the list
the second on your list
number two
no. 2
the 2nd one
the 2nd
second one
my 2nd order
""",
    """
the third one
the third
the third of my orders
the third order
the third of them
the third in the list
number three
no. 3
the 3rd one
third one
my 3rd order
""",
    """
the fourth one
the fourth
the fourth of my orders
the fourth in the list
number four
no. 4
the 4th one
fourth one
""",
    """
the fifth one
the fifth
my fifth order
the fifth in the list
number five
the 5th one
""",
]
"""From the top of the list."""
BOTTOM = """
the last one
the last of them
the last in the list
the last one on the list
the last one you listed
the last one you named
the one at the bottom
the bottom one
the very last one
last one
"""
BEFORE = """
the one before that
the one before
the one before it
the order before that
the order before
the order before that one
the previous one
the previous order
the one I placed before that
the one I ordered before
the one I made before it
the one prior to that
the one just before
the purchase before that
"""
"""The next older order."""
CURT = """
{x}
{x}?
{x} please
and {x}
And {x}?
And what about {x}?
What about {x}?
How about {x}?
And how is {x}?
And how about {x}?
And {x} then?
Then {x}
Ok, {x}?
ok and {x}
So what about {x}?
And what's with {x}?
And what is {x}?
Tell me about {x}
Tell me more about {x}
Can you say more about {x}?
More on {x} please
What's {x} about?
What do you know about {x}?
Could you check {x}?
Have a look at {x}
I mean {x}
I'd like to hear about {x}
"""
