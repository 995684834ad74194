"""How customers ask about all their orders at once: paraphrases by kind; `{s}` is a status in their words."""

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
Run me through everything I've bought
Can you go over all my orders with me?
Could you tell me how each of my orders is doing?
Can you give me the rundown on my orders?
Bring me up to date on my orders, would you?
What's the state of play with my orders?
I've lost the overview of what I ordered
I've lost track of my orders, please help
I ordered several things and don't know where any of them is
I bought a couple of things from you, how far are they?
I'm back from holiday, what happened to my orders in the meantime?
I'm away next week. Which of my things come before that?
I want to see all my purchases in one list
I'd appreciate an overview of all orders on my account
I need to know what is still coming and what isn't
Is everything I ordered all right?
Is there any progress on the things I bought?
Are all of my purchases on schedule?
Are my things coming or not?
Have all my parcels arrived?
Has everything been delivered by now?
Did all my stuff go out?
Do I have anything on order with you?
When will all my things be here?
When do my orders come?
When are my packages due?
How does it look with all my orders?
How's everything I bought doing?
How many days till my orders get here?
What have I got on order?
What all did I buy from you?
What's on my order list?
What is in my purchase history?
Which things did I order and where are they now?
Which purchases are on my account?
Where has all my stuff got to?
Where are the things that I bought?
where my orders are?
all orders please
all my orders, status
order overview
order list pls
my purchases
purchase history
everything on order?
please list every order I made
Please show all my past and current orders
Please be so kind and tell me about all my orders
Kindly share the status of my orders
Tell me where each of my orders is
Tell me what you have for me in your system, all orders
Just a quick check on all of my orders
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
How many times have I ordered here?
How many times did I buy from you?
How many purchases have I made so far?
How many orders are on my account?
How many orders do you see for me?
How many orders can you find under my name?
how many order i have?
How many parcels have you sent me in all?
How many orders of mine do you have on record?
How often have I ordered with you?
How often did I shop here?
What's my order count?
What is the total count of my orders?
What number of orders have I placed?
Have I ordered more than five times?
Is it right that I have more than one order?
Is that all, or do I have more orders?
Can you count how many orders I made?
Could you tell me the number of orders I have?
Can you tell how many purchases I've done?
Do I have one order or several?
I wonder how many orders I've placed by now
I'd like to know how many orders there are
I can't count them any more, how many orders is it?
Please count all of my orders
Give me just the number of my orders
order count
total orders?
tally of my orders, please
My orders: how many?
My partner says I order too much. How many orders is it?
"""
COUNT_BY_STATUS = """
How many orders are {s}?
How many {s} orders do I have?
How many are {s}?
how many orders is {s}
How many things are {s} right now?
How many of my purchases are {s}?
How many of them are {s} by now?
What number of my orders are {s}?
What's the number of {s} orders?
What is the count of {s} orders?
Count the orders that are {s}
Count my {s} orders please
Can you count how many are {s}?
Can you tell me how many orders are {s}?
Could you say how many of my orders are {s} at present?
Are there more than two orders that are {s}?
Is it one order that is {s}, or several?
Out of everything I bought, how many orders are {s}?
I'd like to know how many orders are {s}
I want the number of orders that are {s}
I wonder how many of my orders are {s}
Please tell me how many orders are {s}
number of {s} orders?
{s} orders, how many?
Just the number please: how many orders are {s}?
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
What's the last thing on my order list?
What's the latest thing I bought here?
What was it I ordered the last time?
What was the order I placed last?
What have I bought last?
What did I get from you last time?
What came last on my list of orders?
Which order did I place last?
Which one is my last order?
Which of my orders is the newest?
Which purchase was the last one?
Show me only the newest order
Show me my latest purchase
Can you pull up the most recent order?
Can you tell me what I last ordered?
Could you look at my most recent purchase?
Do you see my last order?
I just ordered something, what was it?
I don't remember what I bought last
I'd like to see the order I made last
Please find my last order
Please tell me the newest of my orders
the latest order please
newest order
most recent purchase
The order I made just recently, which one is that?
My latest buy?
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
Which order was the dearest?
Which order set me back the most?
Which purchase was the costliest?
Which order has the biggest total?
Which of my purchases cost me the most?
Which one did I pay the most for?
which order is most expensive?
What did I pay the most for?
What's the highest amount I ever paid here?
What is the most I ever spent on one order?
What order was the priciest of all?
What was my biggest bill with you?
Where did most of my money go, which order?
Can you find my most expensive purchase?
Can you see which order had the highest price?
Could you tell me which order cost most?
Of all my orders, which was the most expensive?
Out of all my orders, which had the largest amount?
I want to know my most expensive buy
I'd like to know which order made the biggest hole in my wallet
Please look up the order with the highest amount
highest order total?
dearest order
biggest order by amount
the most expensive one of my orders?
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
Which of my purchases are {s}?
Which things are {s} at the moment?
Which of the things I bought are {s}?
What orders are {s} right now?
What of my stuff is {s}?
Do you see any orders that are {s}?
Do I have orders which are {s}?
Is one of my orders {s}?
Is there any order of mine that is {s}?
Are there {s} orders on my account?
Are some of my orders {s}?
Can you show me everything that is {s}?
Can you list the orders that are {s}?
Could you tell me which orders are {s}?
Could I see only the {s} ones?
I want to see the {s} orders
I'd like a list of what is {s}
I only need the orders that are {s}
Please filter my orders by {s}
Please name the orders that are {s}
only {s} orders
{s} orders?
Has anything of mine been marked as {s}?
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
