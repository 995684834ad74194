"""How customers go on asking about the order of the last answer, without naming it again."""

STATUS = """
And where is it now?
And its status?
Has it arrived yet?
Is it on its way?
when will it be here?
And when does it come?
Was it delivered?
So has it been sent?
ok, and when do I get it?
How far has it come?
is that still on time?
And is it here already?
"""
PRICE = """
And the price?
And how much was that?
what was the total?
How much did I pay for it?
And what did it cost?
what did I spend on that one?
How expensive was it?
and what was the bill?
And how much money was it?
"""
ORDERED = """
And when did I order it?
And the order date?
since when is it on order?
what day did I place that order?
And on which day did I buy it?
when was the order placed?
How long ago did I order that?
and the date of purchase?
"""
CARRIER = """
And the tracking number?
Who delivers it?
And which carrier?
the tracking code for it?
And the carrier?
Who is bringing that one?
can I have the tracking number as well?
and its parcel number please
which company ships it?
do you have a tracking id for that?
"""
PARCEL = """
Where was it last seen?
And where is the parcel right now?
What was its last stop?
where has the package got to?
And the last stop of the parcel?
Can you see where the parcel is?
"""
BARE = {"status": STATUS, "price": PRICE, "ordered": ORDERED, "carrier": CARRIER, "parcel": PARCEL}
"""By the kind of question."""
