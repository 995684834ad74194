"""How customers go on from the last answer: about the same order, not named again, or the same of another one."""

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
And has that one turned up?
And how's it doing?
And how far along is it?
And what is the state of that?
And where's that now?
And is it late?
And when should that get here?
And has it left yet?
Is it coming this week?
Is it nearly here?
Is that one still in the warehouse?
Is there a delivery date for it?
Did it go out already?
Did it get here?
Do I have it already or is it still coming?
Does it come tomorrow?
Any delay with it?
Any news on it?
Can I expect it soon?
Where did it get to?
Where is it at the moment, then?
When's it due?
What's happening with it now?
What day will it be here?
How long do I still have to wait for it?
Will it be here by the weekend?
Has anyone sent it yet?
ok but where is it
so it was delivered or not?
then when is it arriving?
still not here, why?
Good. And the delivery date?
status?
And is that one here yet?
And did that come?
has that gone out
and is that on the way
Is that settled, I mean did it arrive?
And what's with the delivery?
what's its status then
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
And the total?
And the sum?
And the cost?
And how much did I give for it?
And what was I charged?
And what did that come to?
And for how much?
At what price?
And was it expensive?
What was I billed for it?
What's the amount on it?
What did you take for that?
How much did that cost me in total?
How much was it again?
How much did you charge?
How much money went on that?
Right, and what did I pay?
Ok and how much?
Fine, and its price?
Remind me, what was the price of that?
Tell me what it cost as well
Can you also tell me what I paid?
Could I have the price too?
Do you have the total as well?
I'd also like to know the price
Was that one cheap?
what price it had?
the price too please
and in dollars, how much was that?
And its total, please?
And what did I pay?
And what was that in money?
And how much?
how much
and the price of it
Was it dear?
and what did it cost
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
And when was that?
And when did I buy it?
And which day was that ordered?
And how long ago was that?
And when did I place it?
And the day I ordered it?
When was that one ordered?
When did I get that one from you?
When did I purchase that?
When exactly was the order made?
What was the order date again?
What date did I buy that on?
What month was that in?
On what date was that bought?
How long has it been on order?
How many days ago did I order it?
Since when am I waiting for it?
Was that ordered recently?
Did I order that last month?
Did I buy it a long time ago?
Can you also tell me when I ordered it?
Could I have the purchase date too?
Do you have the date of the order as well?
I'd also like the order date
I forget when I bought that
Ok, and bought when?
Right, and on what day did I order?
and ordered when?
date of order?
the date too please
when i made this order?
When was that?
When was this?
And on what date?
And what day was it?
And when did I get that one?
How long is that ago?
when was that
and when
date?
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
And who is it shipped with?
And with which delivery service?
And what's the parcel number?
And the courier?
And the consignment number?
And the number to follow it by?
And who do I call about the delivery?
Which courier is that?
Which parcel service has it?
Which firm is delivering that?
Who has it at the moment, which carrier?
Who ships that?
Who's the courier for that one?
What is the shipment number of that one?
What number can I follow it with?
What company will come to my door with it?
How can I track it? I need the code
How do I follow that parcel?
Can you give me the tracking as well?
Can I follow it online?
Could you add the tracking number?
Do I have a tracking code for that?
Does it come by post?
I'd like to track it, what's the code?
I need the carrier too
And its tracking?
tracking?
tracking no. please
is there some number for tracking it?
Whose driver has that parcel?
Who has it now?
And who's got it now?
Who's bringing that?
Which firm has it?
And which firm is that with?
Who did you give it to?
Who comes with it?
Who turns up with it?
And by which company does it come?
Whose van is it in?
With whom is it on the road?
Who took it over?
Who do I phone about it?
who has it
and who brings that one
which firm?
what company?
And the name of the driver's firm?
"""
PARCEL = """
Where was it last seen?
And where is the parcel right now?
What was its last stop?
where has the package got to?
And the last stop of the parcel?
Can you see where the parcel is?
And which city is it in?
And what does the tracking say?
And when it was last scanned, where was that?
And its location?
And how far has the parcel come?
Where did it stop last?
Where was the last scan?
Where is that parcel at this moment?
Where along the way is it?
Where's the package lying now?
Which depot is it at?
Which town has it reached?
Which stop did it make last?
What is the latest location?
What city did it pass through last?
What was the newest scan?
In what place is the parcel now?
At which stop is it?
Has the parcel moved?
Has the package reached my city?
Is the parcel stuck somewhere?
Is it at a depot near me?
Can you locate the parcel?
Can you track it for me?
Could you look where the package is?
Could you trace it?
I'd like to know where the parcel is exactly
Track it please
last known location?
latest scan?
where is package now?
In which depot is it?
How far has it come?
How far did it get?
And how far is it now?
How near is it?
Where did it turn up last?
Where was that one seen last?
Where has it been so far?
Which hub is it at?
Which stop is it at now?
And where is it stuck?
Where is it lying?
What happened to it on the way?
Any sign of life from it?
Has it left the depot?
Has it moved since?
And the last stop?
last stop?
where was it seen last
which depot
"""
CONTENTS = """
What's in it?
What is in it?
And what's in it?
And what was in it?
What's inside?
What's inside that one?
What does it hold?
What does it contain?
What did I order in that one?
What did I buy with it?
What else is in it?
What else was in it?
What things are in it?
What items are in that order?
Which items are in it?
Which things did I get with that?
How many things are in it?
How many items are in that one?
And how many of each?
And the single prices?
And the items?
And what exactly is in there?
What was it that I ordered there?
What should be in the box?
What belongs in that box?
Anything else in it?
Is there anything else in it?
Is that all there is in it?
Is it just that one thing?
Can you list what's in it?
Can you break it down?
Could you list its items?
Show me what's in it
Show me the items
Tell me what's in it
List the items please
the items?
what's in it
whats in that one
contents?
details of it please
Unpack it for me
"""
BARE = {
    "status": STATUS,
    "price": PRICE,
    "ordered": ORDERED,
    "carrier": CARRIER,
    "parcel": PARCEL,
    "contents": CONTENTS,
}
"""By the kind of question."""

ELLIPSIS = """
And {x}?
What about {x}?
How about {x}?
and {x}
and what about {x}?
same for {x}
Same question for {x}
Now {x}
Then {x}?
Also {x}?
And how about {x}?
Ok, and {x}?
what of {x}
I also want to know about {x}
likewise for {x}
Next: {x}
Next up, {x}
And for {x}?
And for {x}, please?
And with {x}?
And the same for {x}, please
And if you look at {x}?
And {x}, what about that?
And what do you see for {x}?
And could you check {x} too?
Alright, and {x}?
Good, and {x}?
Thanks. {x}?
Thanks, and {x}?
Great. Then {x} please
Fine, now {x}
Same thing, but for {x}
What about {x} then?
What do you have on {x}?
Can I ask the same about {x}?
Could you do {x} as well?
Do the same for {x}
I have the same question about {x}
I'd like the same for {x}
The same with {x}?
plus {x}
{x} too please
{x} as well?
or {x}?
not that, {x}
{x} too?
And what's with {x}?
Sorry, I meant {x}
I meant {x}
no, {x} I mean
And now {x}
And then there's {x}
Right. And {x}?
What does it say for {x}?
and {x} pls
"""
OTHER_ONE = """
and the other one?
And the other?
What about the other one?
How about the other order?
and my other order
The other one?
And what about my other order?
how is the other order doing
Now the other one please
same for the other one
And how is it with the other?
And what's with the other?
And the remaining one?
And for the other order?
And the one that's left?
And do you have the same for the other?
What about the second one?
What about my other purchase?
What of the other order?
How about the second?
How's my second order?
Can you tell me about the other one too?
Can you check the other too?
Could you do the other order as well?
I have one more order, what about that?
Thanks, and the other one?
Good. The other one now
the second order?
other order too please
And the same for my other order?
And the order you didn't mention?
And that other one?
And my other one?
And the other thing I ordered?
the other?
other one?
What's with the other one then
Right, and the one left over?
and how about my second one
The second one too please
And what happened to the other?
Is the other one any further?
Did the other one arrive?
When does the other one come?
Where is the other one?
Where's my other order then?
How much was the other one?
What did the other one cost?
And when was the other one ordered?
Has the other one been sent?
Is the other order on its way?
"""
