"""How customers ask about their orders: one list of paraphrases for each kind of question.

`{x}` stands for what the question is about: "my coffee mug", "order K4821", "it".
"""

ALL_STATUS = """
Hi, can you tell me the status of my recent orders?
Can you tell me the status of my orders?
What's the status of my orders?
Where are my orders?
Show me my orders
List my orders please
Could you list all my recent orders?
What have I ordered lately?
Give me an overview of my orders
How are my orders doing?
status of my orders
order status
orders
my orders
I'd like to see my order history
What is going on with my orders?
Can you check my recent orders for me?
Please check on my orders
Any news on my orders?
What did I order recently?
Tell me about my recent purchases
Show my order history
I want to know the status of everything I ordered
where's my stuff
What orders do I have?
Which orders do I have with you?
Can I get an update on my orders?
Update on my recent orders please
Hello, I wanted to check my recent orders
Good morning, how is it going with my orders?
Can you look up my orders?
Look up my recent orders and tell me where they stand
How far along are my orders?
what's happening with the things i ordered
I need the status of all my orders
Please give me a summary of my orders
Where do my orders stand right now?
Have my orders been shipped yet?
Are my orders on their way?
What's up with my orders?
I'm checking in on my recent orders.
Could I see what I bought recently?
"""
STATUS = """
What's the status of {x}?
Where is {x}?
Where's {x}?
What is the status of {x}?
Has {x} shipped?
Has {x} shipped yet?
Has {x} been delivered?
Did {x} arrive?
When will {x} arrive?
When does {x} get here?
When is {x} coming?
When was {x} delivered?
When can I expect {x}?
Is {x} on its way?
Is {x} delayed?
Any news on {x}?
status of {x}
What happened to {x}?
What's going on with {x}?
Can you check on {x}?
Could you check {x} for me?
Please look up {x}
I'm waiting for {x}, where is it?
I still don't have {x}
I haven't received {x} yet
Was {x} delivered already?
Was {x} cancelled?
Is {x} still processing?
Do you know when {x} will be here?
How long until {x} arrives?
How far is {x}?
Tell me about {x}
Give me the status of {x} please
I want to know where {x} is
Can you tell me the status of {x}?
Can you tell me where {x} is?
Can you tell me if {x} has shipped?
Let me know how {x} is doing
update on {x}
{x}?
{x}
{x} status
{x} please
has {x} left the warehouse
Will {x} come soon?
expected date for {x}?
delivery date of {x}
When should {x} be here?
On what day was {x} delivered?
Is {x} here soon?
Why is {x} not here yet?
Is there an update for {x}?
Could you find out what's up with {x}?
I'd like to know the status of {x}.
I was wondering about {x}
My question is about {x}: where is it?
where does {x} stand
what day does {x} come
Where is {x} right now?
When is {x} going to arrive?
Has {x} arrived?
What's happening with {x}?
Is {x} coming today?
Do you have news about {x}?
I never got {x}
{x} has not arrived
{x} is not here yet
where the heck is {x}
still waiting for {x}
when will I get {x}?
When will {x} be delivered?
delivery status of {x}
Has {x} been sent?
Has {x} been sent out already?
Did you ship {x}?
What's the delivery date for {x}?
Is {x} delivered?
Info on {x} please
What day will {x} arrive?
On which day does {x} come?
On what day will {x} be delivered?
Which day will {x} be here?
What date does {x} arrive?
expected delivery of {x}
expected arrival date of {x}?
When is {x} expected?
What is the expected date of {x}?
What date was {x} delivered?
"""
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
"""
PRICE = """
How much was {x}?
How much did {x} cost?
What did {x} cost?
What did I pay for {x}?
How much did I pay for {x}?
What was the total of {x}?
What's the total for {x}?
price of {x}
total of {x}?
What was the price of {x}?
How expensive was {x}?
Can you tell me what I paid for {x}?
Can you tell me the price of {x}?
I need the amount for {x}
What amount was charged for {x}?
how much money did {x} cost me
Remind me what {x} cost
What did you charge me for {x}?
Tell me the total for {x} please
cost of {x}
How many dollars was {x}?
I forgot how much {x} was
what's the bill for {x}
How much is {x}?
How much did I spend on {x}?
What did I spend on {x}?
what was the cost of {x}
Can you tell me how much {x} was?
the amount of {x}?
total amount for {x}
How much did you bill me for {x}?
price paid for {x}
What's the price I paid for {x}?
how much for {x}?
{x}, how much was it?
What was the charge for {x}?
"""
ORDERED = """
When did I order {x}?
When was {x} ordered?
What day did I order {x}?
When did I buy {x}?
On which date did I order {x}?
order date of {x}
When did I place the order for {x}?
What's the order date of {x}?
Can you tell me when I ordered {x}?
How long ago did I order {x}?
Since when is {x} on order?
when did i get {x} ordered
Tell me the date I ordered {x}
I need the purchase date of {x}
purchase date for {x}
Remind me when I bought {x}
Which day did I buy {x}?
date of purchase of {x}?
When did I purchase {x}?
when exactly did i order {x}?
What was the order date for {x}?
date I ordered {x}?
{x}, when did I order it?
When did I place {x}?
What date was {x} ordered?
Could you tell me on what day I ordered {x}?
ordering date of {x}
"""
ORDERED_AND_PRICE = """
When did I order {x} and what did it cost?
When did I buy {x} and how much was it?
What did {x} cost and when did I order it?
I need the order date and the total of {x}
date and price of {x} please
How much was {x}, and when did I order it?
Tell me when I bought {x} and what I paid
When was {x} ordered and what was the total?
What did I pay for {x} and on which day did I order it?
order date and cost of {x}
Give me the date and the amount of {x}
I need the price and the purchase date of {x}
Can you tell me when I bought {x} and for how much?
when did i order {x} and for how much
how much did {x} cost and when was it bought
For my records: when did I order {x} and what did it cost?
purchase date and total for {x} please
date of order and price for {x}?
When did I get {x} and how much did I spend on it?
What was the price of {x} and when did I place the order?
"""
CARRIER = """
What's the tracking number of {x}?
What is the tracking number for {x}?
tracking number for {x}
Can I have the tracking number of {x}?
Who delivers {x}?
Which carrier has {x}?
Who is the carrier for {x}?
Which company is shipping {x}?
Give me the tracking for {x}
How do I track {x}?
I need the tracking number of {x}
Who is bringing {x}?
What carrier was used for {x}?
tracking {x}
carrier of {x}?
Could you send me the tracking info for {x}?
Which delivery service has {x}?
Who ships {x}?
What's the tracking code of {x}?
I want to track {x}, what is the number?
Who is delivering {x}?
Is {x} coming with NorthPost?
which courier brings {x}?
What is the carrier of {x}?
shipping company of {x}
tracking info of {x}
tracking code for {x} please
By whom is {x} delivered?
"""
PARCEL = """
Where is the parcel of {x}?
Where is the package with {x}?
Where's the package for {x} right now?
Can you track {x}?
Track {x}
Please track {x}
Track {x} for me please
track the shipment of {x}
Where exactly is {x} right now?
What was the last stop of {x}?
Which stops has {x} made?
Where was {x} last seen?
Can you trace {x}?
Where is the shipment of {x}?
Latest tracking update for {x}?
Has the parcel of {x} moved?
Where was the parcel with {x} last scanned?
"""
CONTENTS = """
What's in {x}?
What is in {x}?
What items are in {x}?
Which items does {x} contain?
What did I order in {x}?
list the items of {x}
What products are in {x}?
Show me the items in {x}
details of {x}
Can I see the details of {x}?
What are the item prices in {x}?
How much was each item in {x}?
How many pieces are in {x}?
itemized list for {x}
What exactly did I buy with {x}?
"""
COUNT = """
How many orders do I have?
How many orders have I placed?
How many of my orders were delivered?
How many orders are still processing?
How many orders have been shipped?
number of orders
How many orders did I make in total?
Count my orders
How many orders were cancelled?
How many orders have I got with you?
how many things are still on the way
Total number of my orders?
How many are delayed?
In all, how many orders do I have here?
"""
NEWEST = """
What's my newest order?
What was my last order?
What is my latest order?
What did I order last?
my most recent order
Which order is the most recent?
What was the last thing I bought?
What did I buy most recently?
Tell me about my latest order
When was my last order?
Which was my newest purchase?
last order?
What's the most recent thing I ordered?
"""
DEAREST = """
What's my most expensive order?
Which order was the most expensive?
What was the most expensive thing I bought?
Which order cost the most?
my most expensive order
What did I spend the most on?
What is my biggest order by price?
Which of my orders had the highest total?
priciest order?
What was my largest purchase?
On which order did I spend the most money?
"""
BY_STATUS = """
Which orders are {s}?
Which of my orders are {s}?
Do I have any {s} orders?
Are any of my orders {s}?
Show me the {s} orders
list {s} orders
Is anything {s}?
What is {s}?
Any {s} orders?
"""
UNNAMED_STATUS = """
Where is my order?
Where's my order?
Has my order shipped?
When will my order arrive?
What's the status of my order?
Where is my package?
When does my parcel come?
Has my package shipped yet?
my order hasn't arrived
Is my order on its way?
Where's my delivery?
When will my package come?
status of my order
my package is late
Has my order been shipped?
when is my stuff coming
Did my order ship?
I am waiting for my order
Is my parcel coming soon?
What is the status of my package?
"""

BEFORE_STATUS = {
    "Processing": ["processing", "still processing", "being processed"],
    "Shipped": ["shipped", "already shipped"],
    "Out for delivery": ["out for delivery"],
    "Delivered": ["delivered", "already delivered"],
    "Delayed": ["delayed", "late"],
    "Cancelled": ["cancelled", "canceled"],
    "Returned": ["returned", "sent back"],
}
