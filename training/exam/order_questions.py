"""Questions about orders, written by hand for the exam: no line of them is a line of training.

`{x}` stands for an order as customers point at it, `{y}` for a second one.
"""

STATUS = """
Could you have a look whether {x} is already on the road?
Sorry to bother you, but has anything happened with {x} by now?
I keep checking my doorstep for {x}. Should I?
My neighbour says a parcel came while I was out. Was that {x}?
It feels like ages since I paid. How are things with {x}?
Do I still have to be patient about {x}?
What stage has {x} reached?
Just curious how {x} is coming along
Would you mind telling me how things stand with {x}?
I'd be glad to hear something about {x}
Is there progress with {x}?
Can you find out where {x} has got to?
Did you people forget about {x}?
any sign of {x} yet??
No trace of {x} so far - what's the matter?
{x} - on its way or not?
Whatever became of {x}?
Is everything all right with {x}?
has {x} gone out already
Hello, I'd like to hear how {x} is getting on, please.
I was told {x} would be quick. Where has it got to?
My daughter keeps asking about {x}. What can I tell her?
Am I going to see {x} any time soon?
Before I call my bank: what is the state of {x}?
Please tell me the current state of {x}
Quick check on {x}?
Has there been any movement on {x}?
is {x} still sitting in your warehouse
Did {x} make it out of the door?
I lost the confirmation mail; what's the situation with {x}?
Could I trouble you for the status of {x}?
I'd appreciate a word on {x}.
Mind looking into {x} for me?
Tell me, how is {x} faring?
i need to know if {x} has been dispatched
Have you dispatched {x} yet?
how goes it with {x}
Could somebody tell me what has become of {x}?
Are we any closer with {x}?
So what about {x}, is it coming or not?
My husband wonders where {x} might be.
State of {x}, please.
Just tell me whether {x} is done
We are leaving on holiday, did {x} go out?
I think {x} got lost. Can you see it?
Is there anything new concerning {x}?
did {x} ever leave you guys
I hope {x} is not stuck somewhere?
"""
PRICE = """
What was I billed for {x}?
Could you remind me of the sum for {x}?
How much have I paid in total for {x}?
What did {x} set me back?
For my expense report: the amount of {x}, please
My bank statement is unclear. What was taken for {x}?
What's the damage for {x}?
How much was deducted for {x}?
I'd like to know what {x} came to
What did the whole of {x} come to?
Can you look up the sum that I paid for {x}?
Sum total of {x}?
how pricey was {x} again
What price did I end up paying for {x}?
Which amount did you debit for {x}?
I can't recall what {x} cost me
Was {x} expensive? I mean, how much exactly?
What figure is on the bill of {x}?
My accountant asks how much {x} was.
the bill for {x} was how much
Do you happen to know what I gave for {x}?
What total do you have down for {x}?
How many bucks went into {x}?
At what price did I get {x}?
I need to split the cost of {x} with a friend - how much was it?
what was the damage on {x}
Could I have the total of {x} for my records?
How much money changed hands for {x}?
"""
ORDERED = """
On what date did I buy {x}?
When exactly was {x} bought?
What's the purchase day of {x}?
I am doing my taxes: when did I purchase {x}?
When was it that I ordered {x}?
Since what day has {x} been on the books?
Do you know when I placed {x}?
I don't remember when I got {x}, could you check the order date?
What day was {x} placed on?
Give me the day on which I ordered {x}
How far back does my purchase of {x} go?
when'd i buy {x}
The warranty form asks for the purchase date of {x}.
Which date is on the order of {x}?
For the insurance I need the date that I bought {x}
when did the order for {x} go in
"""
ARRIVAL = """
By what day should {x} be at my place?
Is there an estimated day for {x}?
When do you reckon {x} will turn up?
On which date did or will {x} reach me?
I have to be at home for {x}. What day is that?
When may I count on {x}?
what's the eta on {x}
Till when do I have to wait for {x}?
I'd like to plan my week: what day is {x} due?
When is {x} due?
due date of {x}?
Could you tell me the delivery day of {x}?
When will {x} finally turn up?
What date do you show for the delivery of {x}?
which day is {x} supposed to show up
When is the handover of {x} planned, or has it been?
"""
CARRIER = """
Which firm has {x} in its van?
Who will ring my bell with {x}?
Could you give me the number to follow {x} on the carrier's page?
I'd like to follow {x} online. What number do I need?
What's the parcel number of {x}?
Through which carrier does {x} come?
With whom did you send {x}?
shipment number of {x} pls
Which parcel service did you use for {x}?
Who handles the transport of {x}?
Is there a tracking code that goes with {x}?
My doorman wants to know which company delivers {x}.
Under what tracking number is {x} travelling?
can u give me the tracking no. of {x}
By which parcel firm does {x} arrive?
Name the carrier and the number of {x}, please
Do you have a shipment code for {x}?
Which transport company took {x}?
"""
PARCEL = """
At which depot is {x} lying?
In what town was {x} last?
What is the latest scan of {x}?
Where did {x} pass through last?
Follow the parcel of {x} for me, will you?
Any scans for {x}?
What does the carrier's tracking say on {x}?
Which place has {x} got to on its journey?
whats the last scan on {x}
Could you trace the box of {x}?
Please pull up the tracking of {x}
On its journey, where was {x} seen last?
"""
THE_QUESTION = "Hi, can you tell me the status of my recent orders?"
"""The notebook's, and the one that every demo begins with: the only line that training has too."""
ALL = """
Would you run me through everything I've bought from you?
Could I get a rundown of my orders?
Hello! What's on my account in the way of orders?
How are the things I bought getting on?
Please go through my orders one by one
I've lost track of what I ordered. Help me out?
What have you got from me on order?
Just list everything with its status please
Any movement on the things I bought?
Morning! A quick overview of my purchases, please
I'd like a status report on all my purchases
Which purchases of mine do you have, and where are they?
Can I see all of my purchases in one go?
Fill me in on my orders
Are all my things on the road?
gimme all my orders
Where does everything stand?
What am I still waiting for, and what has come? Tell me everything.
Read me my order list
Let me see what I bought here
Bring me up to date on my orders
I bought a few things from you - how are they doing?
Kindly send me the state of each of my orders.
everything i ordered, with status
Can you tell me how each of my orders is doing?
Hi there, I'd love an update on all the stuff I've ordered
"""
SOLE = """
Has the thing I bought been sent?
I've only got the one order. How's it doing?
Is my purchase on the road?
What's up with my one order?
How's my purchase coming along?
I bought something from you. Where has it got to?
"""
"""Of customers with a single order."""
COUNT = """
How often have I ordered from you?
What's the number of orders on my account?
How many purchases have I made here?
In total, how many orders are there under my name?
Have I got a lot of orders with you? How many?
how many times did i buy something here
Could you count the orders I've placed so far?
All in all, how many orders have I made?
Give me the count of my orders
How many orders do you have from me?
"""
COUNT_STATUS = """
How many of my orders are {s}?
How many are {s} at the moment?
What number of my orders is {s}?
Of all my orders, how many are {s}?
Count those that are {s}, please
how many {s} ones have i got
"""
NEWEST = """
What did I buy most lately?
Which purchase of mine is the freshest?
My latest purchase - what was it again?
What was the most recent thing that I bought from you?
Remind me of my last purchase
I ordered something just recently. What was it?
what did i get last
Which of my orders came in last?
The newest of my orders is which?
"""
DEAREST = """
Which purchase cost me the most?
What's the priciest thing I have bought?
Where did most of my money go?
Which order hurt my wallet the most?
My dearest order - which one is that?
For what did I pay the highest amount?
what was my costliest order
Name the order with the greatest total
Which one was the most costly of all?
"""
BY_STATUS = """
Which ones are {s}?
Tell me what is {s}
What have I got that is {s}?
Is there something of mine that is {s}?
Could you pick out those that are {s}?
just the {s} ones please
I'm only interested in what is {s}
"""
CONTENTS = """
Which articles belong to {x}?
What did I put into {x}?
Could you itemise {x} for me?
What's all in the box of {x}?
Break {x} down by item, please
What single items make up {x}?
I'd like the positions of {x} with their prices
what stuff was in {x}
Give me the contents of {x}
What all did {x} consist of?
Unpack {x} for me: which items, what prices?
Can you spell out what {x} contains?
Item by item, what's {x}?
For the customs form: what does {x} hold?
every single item of {x}, with its price please
Of what does {x} consist?
"""
THEN_PRICE = """
And what did it set me back?
How much was that one?
What was the total on that?
what did that cost me
And the amount?
How much did I hand over for it?
What did I have to pay for it?
"""
THEN_ORDERED = """
And on what day did I buy it?
When had I ordered that?
What was the order date of that one?
when was that bought
Which day did I place it?
And the date I bought it?
"""
THEN_STATUS = """
And how is it coming along?
Has that one been dispatched?
What's its status?
Is it on the road by now?
and where has it got to
So what's the state of it?
"""
THEN_CARRIER = """
Who brings it?
What's its tracking number?
Which carrier did it go with?
With which firm is it coming?
And the parcel number?
who's carrying that
Can I follow it somewhere? I need the number.
"""
THEN_OTHER_ORDER = """
Right. And the same thing for {x}, please?
Fine. And what of {x}?
Good, now the same for {x}
And that of {x}?
okay, {x} as well please
Alright, and {x} then?
Could you tell me that for {x} too?
"""
THE_OTHER = """
Good. And what of the other one?
And the second one?
and my second order?
How does it look for the other one?
Now the remaining one please
"""
BOTH_STATUS = """
How are {x} and {y} coming along?
Could you check up on {x} as well as {y}?
I'm expecting {x} and also {y}. Any progress?
What stage are {x} and {y} at?
Have both {x} and {y} been dispatched?
{x} and {y} - what's the state of the two?
Is anything happening with {x} and {y}?
Please look into two things: {x} and {y}.
"""
BOTH_PRICE = """
What did I pay for {x}, and for {y}?
Give me the totals of {x} and {y}
How much were {x} and {y}?
I need two amounts: {x} and {y}
what did {x} set me back, and {y}
"""
MIXED = """
status, price|How's {x} doing, and what did {y} set me back?
price, status|What did I pay for {x}, and has {y} been dispatched?
ordered, status|On what day did I buy {x}, and how is {y} coming along?
status, ordered|Is {x} on the road, and what's the purchase day of {y}?
price, ordered|What did {x} come to, and when did I buy {y}?
ordered, price|When was {x} placed, and what total do you have for {y}?
"""
"""What is asked of the first and of the second."""
ONE_TWICE = """
ordered, price|On what day did I buy {x}, and what did it set me back?
status, price|How's {x} coming along, and what was I billed for it?
status, ordered|What's the state of {x}, and on what date had I bought it?
price, arrival|What did I pay for {x}, and by what day should it be here?
ordered, arrival|Purchase day of {x} and the delivery day, please
ordered, price|For my tax return: purchase day and total of {x}
price, status|Remind me of the sum for {x}, and is it already on the road?
ordered, price|when'd i buy {x} and whats the total
"""
NOT_BOUGHT = """
Could you have a look whether {x} is on the road?
I keep waiting for {x}. Has it gone out?
What sum did {x} come to in the end?
On what day was it that I bought {x}?
How goes it with the arrival of {x}?
Still no sign of {x}?
By which day will {x} be at my flat?
I'm sure I bought {x} from you. Where has it got to?
Did you dispatch {x}?
Tell me how {x} is getting on
remind me what I gave for {x}
Is {x} still in the warehouse?
"""
NOT_MINE = """
How are things with {x}?
Has {x} gone out?
What have I been billed for {x}?
Which firm carries {x}?
I have a slip here that says {x}. What's the state of it?
Please look up what happened to {x}
From when may I count on {x}?
On what day was {x} placed?
Would you check up on {x}?
My receipt reads {x} - is it on the road?
tell me what lies in {x}
"""
