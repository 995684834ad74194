"""Two things in one question: of two orders `{x}` and `{y}`, or two facts of the order `{x}`."""

TWO_SAME = {
    "status": """
Where are {x} and {y}?
Where do {x} and {y} stand?
Where is {x}, and where is {y}?
Where's {x}? And {y}?
What's the status of {x} and {y}?
What's up with {x}, and also with {y}?
What's happening with both {x} and {y}?
When will {x} and {y} arrive?
When can I expect {x} and {y}?
When does {x} come, and {y}?
Have {x} and {y} been shipped?
Have both {x} and {y} gone out?
Has {x} been sent, and has {y}?
Has either {x} or {y} been delivered yet?
Did {x} and {y} arrive together?
Is {x} on its way, and {y} too?
Are {x} and {y} coming this week?
Any news on {x} and {y}?
Any sign of {x} or {y}?
I'm waiting for {x} and {y}, how far are they?
I still have neither {x} nor {y}
I'd like to know about {x} and also about {y}
Can you check both {x} and {y} for me?
Could you look up {x} as well as {y}?
Please look into {x} and {y}
Tell me how {x} and {y} are doing
Will {x} come before {y}?
Which comes first, {x} or {y}?
status {x} + {y}
{x} and {y}?
{x}, {y} - status please
Neither {x} nor {y} has come
""",
    "price": """
How much was {x}, and how much {y}?
How much did {x} and {y} cost?
How much did I pay for {x} and for {y}?
How much did I spend on {x}, and on {y}?
What did {x} and {y} cost?
What did I pay for {x} and {y}?
What did {x} cost me? And {y}?
What did {x} come to, and {y}?
What was the price of {x} and of {y}?
What were the totals of {x} and {y}?
What was more expensive, {x} or {y}?
Which was cheaper, {x} or {y}?
Which cost more: {x} or {y}?
Was {x} dearer than {y}?
Tell me the prices of {x} and {y}
Give me the totals for both {x} and {y}
Can you tell me what {x} and {y} cost?
Could you look up the price of {x} as well as {y}?
Please give me the amounts for {x} and {y}
I need the cost of {x} and the cost of {y}
I forgot what I paid for {x} and for {y}
I'd like to compare the price of {x} with that of {y}
For my budget: how much were {x} and {y}?
price of {x} and {y}
{x} and {y}, how much were they?
{x} and {y} - prices?
""",
    "ordered": """
When did I order {x} and {y}?
When did I order {x}, and when {y}?
When were {x} and {y} ordered?
When was {x} bought? And {y}?
When did I buy {x} and when did I buy {y}?
When did I place the orders for {x} and {y}?
When exactly did I purchase {x} and {y}?
On which days did I order {x} and {y}?
On what date did I buy {x}, and {y}?
What were the order dates of {x} and {y}?
What day did I order {x}, and what day {y}?
What's the purchase date of {x} and of {y}?
Which did I order first, {x} or {y}?
Which one is older, {x} or {y}?
Did I order {x} before {y}?
Did I buy {x} and {y} on the same day?
Was {x} ordered earlier than {y}?
How long ago did I order {x} and {y}?
Can you tell me when I ordered {x} and {y}?
Could you look up the dates of {x} and {y}?
Please give me the order date for both {x} and {y}
Remind me when I bought {x} and {y}
I need the purchase dates of {x} and {y}
I can't recall when I got {x} and {y} from you
Tell me the day I ordered {x} and the day I ordered {y}
order date of {x} and {y}
{x} and {y}: ordered when?
""",
}
"""The same of both, by the kind of question."""
TWO_MIXED = {
    ("status", "price"): """
Where is {x} and how much was {y}?
Has {x} shipped, and what did I pay for {y}?
When does {x} get here? And what did {y} cost?
Two questions: is {x} on its way, and what was the price of {y}?
I'm still waiting for {x}. Also, how much did I spend on {y}?
Can you check on {x} and tell me the total of {y}?
Status of {x}, price of {y}
I'd like to know where {x} is and what {y} came to
{x} has not come, and what was {y} again in dollars?
I miss {x}, where is it? And what was the bill for {y}?
""",
    ("status", "ordered"): """
Where is {x} and when did I order {y}?
Has {x} gone out, and on what day did I buy {y}?
When will {x} be here, and when was {y} ordered?
Two questions: how far is {x}, and what's the order date of {y}?
I don't have {x} yet. And when did I place the order for {y}?
Can you check {x} and give me the purchase date of {y}?
Status of {x} and order date of {y} please
I'd like to know if {x} was delivered and how long ago I bought {y}
{x} is late I think, and {y} was ordered when?
I haven't got {x} yet, where is it, and when did I order {y}?
""",
    ("price", "status"): """
How much was {x} and where is {y}?
What did I pay for {x}, and has {y} been sent?
What did {x} cost? And when does {y} arrive?
Two things: the price of {x}, and is {y} on its way?
I need the total of {x} and the status of {y}
Can you tell me what {x} cost and check on {y}?
Price of {x}, status of {y}
I forgot how much {x} was. Also, any news on {y}?
{x} cost how much, and {y} comes when?
Before I forget what {x} cost, tell me that, and where {y} is
""",
    ("price", "ordered"): """
How much was {x} and when did I order {y}?
What did I pay for {x}, and on what date did I buy {y}?
What did {x} cost? And when was {y} ordered?
Two things: the price of {x} and the order date of {y}
I need the total of {x} and the day I ordered {y}
Can you give me the cost of {x} and tell me when I bought {y}?
Price of {x}, purchase date of {y}
For my records: what was {x} in dollars, and how long ago did I get {y}?
{x} was how much, and {y} was bought when?
What did I spend on {x}, and what is the order date of {y}?
""",
    ("ordered", "status"): """
When did I order {x} and where is {y}?
On what day did I buy {x}, and has {y} arrived?
When was {x} ordered? And when does {y} come?
Two questions: the order date of {x}, and how is {y} doing?
I need the purchase date of {x} and the status of {y}
Can you look up when I bought {x} and whether {y} has shipped?
Order date of {x}, status of {y}
How long ago did I order {x}, and is {y} still processing?
{x} was ordered when, and {y} is where?
Tell me when I bought {x}, and also what's up with {y}
""",
    ("ordered", "price"): """
When did I order {x} and how much was {y}?
On what date did I buy {x}, and what did {y} cost?
When was {x} ordered? And what did I pay for {y}?
Two things: the order date of {x} and the price of {y}
I need the day I bought {x} and the total of {y}
Can you tell me when I placed the order for {x} and what {y} came to?
Purchase date of {x}, price of {y}
How long ago was {x} bought, and how expensive was {y}?
{x} was bought when, and {y} was how much?
Remind me of the date I bought {x} and of what I spent on {y}
""",
}
"""The first fact of `{x}` and the second of `{y}`, by the two kinds."""
TWO_OF_ONE = """
Where is {x} and what did it cost?
Where is {x}, and how much did I pay for it?
Where is {x} and when did I order it?
When did I order {x} and when will it arrive?
When did I buy {x}, and has it been sent?
When was {x} ordered, and where is it now?
When does {x} get here and what was the total?
What did {x} cost and has it shipped?
What did I pay for {x}, and is it on its way?
What's the status of {x}, and its price?
What's the status and the order date of {x}?
What was the price of {x} and where has it got to?
How much was {x}, and when can I expect it?
How long ago did I order {x}, and why isn't it here?
How long ago did I buy {x}, and at what price?
Has {x} gone out, and what was I charged for it?
Has {x} been delivered, and on what day did I order it?
Is {x} coming soon, and how much was it again?
Did {x} ship, and when had I ordered it?
Can you check where {x} is and what I paid for it?
Can you tell me the order date of {x} and whether it was shipped?
Could you give me the status of {x} together with the total?
Please tell me the price of {x} and the day it arrives
Please look up {x}: when bought, and where is it?
I need two things for {x}, the delivery date and the amount
I need the order date and the delivery date of {x}
I'd like to know what {x} cost and if it has been dispatched
I'm waiting for {x}. When did I order it, and where is it?
I forgot when I ordered {x} and when it should come
Tell me about {x}: is it sent, and how much was it?
Status and price of {x} please
{x}: date of order, status?
{x} - ordered when, arrives when?
{x}: price and status?
Give me everything on {x}, the date, the price, where it is
"""
