"""How customers ask about one of their orders: one list of paraphrases for each kind of question.

`{x}` stands for what the question is about: "my coffee mug", "order K4821", "it".
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
I leave on Friday. Will {x} be here by then?
No trace of {x} here.
It's been two weeks now and {x} hasn't turned up.
Should I start worrying about {x}?
The doorbell hasn't rung all week, so where did {x} end up?
Do I need to stay home for {x} tomorrow?
My daughter's birthday is on Sunday, is {x} going to make it?
Has {x} gone missing?
Could it be that {x} got lost?
I'm starting to think {x} will never come
{x}: any movement?
{x} still nowhere to be seen
{x} - where at?
{x} arrived or not?
{x} has me worried, has it even been sent?
{x} was supposed to be here yesterday
{x} seems to be stuck somewhere, no?
{x} is taking ages
Am I getting {x} this week?
Am I going to see {x} before the weekend?
How much longer do I have to wait for {x}?
How many more days for {x}?
How's {x} coming along?
How is it looking with {x}?
Whereabouts is {x} at present?
What's keeping {x}?
What's the hold-up with {x}?
What's the latest on {x}?
What is the current state of {x}?
What can you tell me about the progress of {x}?
ETA {x}?
when {x} come?
when it will arrive {x}?
please to tell me where is {x} now
I am not received {x}, please check
until now {x} didn't come to me
{x} is arriving which day?
Kindly let me know the position of {x}
Kindly update me regarding {x}
Would you mind having a look at where {x} has got to?
Would you be so kind as to check whether {x} is on the road?
Might {x} come earlier than planned?
May I ask how things stand with {x}?
Any idea when {x} turns up?
Any sign of {x}?
Any chance {x} gets here before Monday?
Anything new regarding {x}?
Nothing in the mailbox yet. What about {x}?
My mailbox is still empty and I was hoping for {x}
My neighbour says nothing was left for me, so was {x} really delivered?
The site says nothing useful about {x}, can you help?
I got no mail about {x}, has it gone out?
I was told three days for {x} and that was a while ago
I was out all day, did I miss {x}?
I've been looking forward to {x}, is it close?
I'm moving at the end of the month, will {x} be with me before that?
I'm a bit nervous about {x}, please tell me it's coming
I just want to make sure {x} is still coming
I can't find out what is happening to {x}
I'd love to hear that {x} is nearly here
I need {x} for a trip, does it come in time?
I paid ages ago and have not seen {x}
Is {x} running late?
Is {x} on schedule?
Is {x} in transit?
Is {x} out for delivery today?
Is {x} being packed already?
Is it true that {x} has been cancelled?
Is there a date for {x} yet?
Is anything wrong with {x}?
Did {x} go out this morning?
Did {x} get dispatched?
Did anybody send off {x} yet?
Did you forget about {x}?
Does {x} come this week or next?
Have you posted {x}?
Have you already handed over {x} to the courier?
Has anything happened with {x} since last week?
Has {x} been dispatched, please?
Has somebody signed for {x}?
Can you see when {x} is due?
Can I still count on {x} this month?
Could you give me a rough day for {x}?
By when will I have {x}?
Tell me something good about {x}, I've waited long enough
Checking in on {x}, is it moving?
Just following up on {x}
Still no {x}??
Is {x} anywhere near my town?
Have you any update for me? It's about {x}
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
What did {x} come to?
How much did {x} come to in the end?
How much did you take from my card for {x}?
How much has {x} cost me altogether?
how much i paid for {x}?
what was price {x}
{x} - price?
{x} cost what exactly?
{x} was how much again?
{x} wasn't cheap, was it? How much?
{x}: what sum did I pay?
My bank shows a strange charge. What did you take for {x}?
My wife asks what {x} cost
I'm doing my budget and need to know what {x} cost
I'm filling in an expense claim, how much was {x}?
I have to split the bill with a friend, what was {x}?
I can't remember what I paid for {x}
I don't recall the price of {x}
I lost the receipt, so what did I pay for {x}?
I want to compare prices, how much did I give for {x}?
I'd like to know the sum for {x}
I'd be interested in the final price of {x}
For the insurance I need the value of {x}
For my tax papers: what was the amount of {x}?
Was {x} expensive?
Was {x} more than fifty dollars?
Did {x} cost a lot?
Did I pay much for {x}?
Could I have the exact total of {x}?
Could you look up how much money went into {x}?
Could you remind me of the price of {x}?
Would you tell me the sum I paid for {x}?
May I know the cost of {x}?
Kindly share the amount paid for {x}
Please confirm the amount of {x}
Please say what {x} cost me
Do you know how many bucks {x} was?
Do you have the total for {x} at hand?
At what price was {x} sold to me?
For how much did I buy {x}?
Invoice amount of {x}?
Which sum did you charge for {x}?
Which price did I get {x} for?
The amount on my statement looks off, what was {x}?
The price of {x} has slipped my mind
Grand total of {x}, please
What sum left my bank account because of {x}?
I'd forgotten the price of {x}, what was it?
How big was the bill for {x}?
Roughly what did I spend on {x}? The exact sum is even better
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
When did {x} get ordered?
When did I put in the order for {x}?
When did I actually go for {x}?
When did I pay for and order {x}?
when i ordered {x}?
when i have bought {x}?
since how many days is {x} ordered?
{x} - bought when?
{x}: order date?
{x} was ordered on which date?
{x} feels like ages ago, when did I order it?
Was {x} ordered this month?
Was it last week that I ordered {x}?
Was it before or after Christmas that I bought {x}?
Did I order {x} more than a month ago?
Did I buy {x} this year or last year?
How long has it been since I ordered {x}?
How long is it since I bought {x}?
How many weeks ago was {x} ordered?
How old is the order for {x}?
In which month did I order {x}?
In what week did I place the order for {x}?
On what date did I purchase {x}?
On which day was {x} purchased?
What is the date on the order for {x}?
What was the day I bought {x}?
What's the purchase date of {x}?
I can't recall when I ordered {x}
I've lost track of when I bought {x}
I'm keeping a diary of my spending. When did I buy {x}?
I think I ordered {x} in spring, is that right?
I'd like to know the day I ordered {x}
I'm trying to work out how old {x} is, when did I get it from you?
I need the date of purchase for the warranty of {x}
The warranty form asks for the date I bought {x}
My accountant wants to know when {x} was bought
Could you look up when {x} was ordered?
Could you dig out the date of my order for {x}?
Would you know when I purchased {x}?
Can you see which day I placed the order for {x}?
Please give me the exact day I ordered {x}
Please find out the date when I bought {x}
Kindly tell me the order date of {x}
Do you have a record of when I ordered {x}?
What day was it, the day I ordered {x}?
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
Two things about {x}: the day I bought it and the price
Both the date and the amount of {x}, please
I'd like to know what {x} cost and how long ago I bought it
I'm doing my accounts, so I need the day and the sum for {x}
My insurer wants the purchase date and the value of {x}
For an expense report: date and total of {x}
{x}: when bought, and for how much?
{x} - date and price?
{x}, how much was it and when was that?
when i bought {x} and how much i paid?
On which date did I order {x}, and at what price?
On what day did {x} get ordered and what did you charge?
At what price and on what date did I buy {x}?
How long ago did I buy {x}, and what did I spend?
How much did I give for {x} and when was that?
What did {x} set me back, and when did I order it?
What was the bill for {x}, and the order date?
What was the date of {x} and how much money did I pay?
Can I have the cost of {x} along with the order date?
Could you look up the price of {x} and the day I placed the order?
Would you tell me the amount I paid for {x} and the date?
Please tell me both what I paid for {x} and when I ordered it
I no longer have the receipt for {x}, what were the date and the total?
I forgot both the date and the price of {x}
Kindly provide order date and amount for {x}
"""
