"""How customers ask about a product by its number, `{p}`: paraphrases by kind."""

PRODUCT_STOCK = """
Is {p} in stock?
Is product {p} available?
Do you have {p} in stock?
Is {p} still available?
Can I still buy {p}?
stock of {p}
Is product {p} sold out?
Do you sell product {p}?
Have you got {p}?
is {p} in stock right now
Availability of {p}?
Can I order {p} again?
Is there any stock of {p}?
Is article {p} in stock?
Is article {p} available right now?
Is item {p} back in stock?
Is item number {p} sold out?
Is product no. {p} still in your range?
Is {p} out of stock?
Is {p} back yet?
Is {p} to be had?
Is {p} on the shelf?
Is {p} obtainable at the moment?
Is there any {p} left?
Is there still some of {p} around?
Are there any left of {p}?
Are you out of {p}?
Are you still selling item {p}?
Do you carry {p}?
Do you still have article {p}?
Do you still sell {p}?
Do you stock item {p}?
Does the shop have {p}?
Have you still got ref {p}?
Has {p} sold out?
Has item {p} been discontinued?
Will I still get {p}?
Would you have {p} in stock?
Can I get {p} now?
Can I get hold of product {p}?
Can I have another {p}?
Can item {p} be ordered?
Can you check the stock for {p}?
Can you see whether article number {p} is available?
Could I order product no. {p} today?
Could you look whether {p} is there?
Could you tell me if ref. {p} is in stock?
How's the stock of {p}?
How many of {p} do you have?
How many pieces of item {p} are left?
I'd like to buy {p} if you have it
I'd like one more of {p}, is it available?
I'm after {p}, any left?
I'm looking for item number {p}, do you have it?
I want to order {p}, is it there?
My friend wants product {p} too, is it still sold?
The page for {p} doesn't load. Is it in stock?
Please check if {p} is available
Please tell me whether item {p} can be bought
Kindly confirm availability of {p}
{p} in stock?
{p} available?
{p} - have it?
{p} sold out or not?
article {p} still there?
item no. {p}, in stock?
you have {p}?
stock level of article {p}
"""
PRODUCT_PRICE = """
How much is product {p}?
What does product {p} cost?
What's the price of product {p}?
price of product {p}
What does {p} cost today?
How much is {p} at the moment?
How much does {p} cost?
what's the price of {p}
price for {p} please
Does {p} cost much?
I'd like to know the price of {p}
What's the price of article {p}?
What's the price of item number {p}?
What's the price tag on {p}?
What's the current price of {p}?
What's {p} going for?
What are you asking for {p}?
What do you charge for product {p}?
What do you want for {p}?
What does item {p} cost?
What does article {p} sell for?
What would {p} cost me?
What would I pay for product no. {p}?
what costs {p}?
How expensive is {p}?
How expensive is item {p}?
How much do I have to pay for article {p}?
How much would {p} be?
How much money is {p}?
How much is ref {p}?
how much {p}?
Is {p} expensive?
Is item {p} under a hundred dollars?
Is {p} cheaper now?
Has the price of {p} changed?
Has {p} become more expensive?
Did {p} go up in price?
Can you tell me the price of item {p}?
Can you look up what {p} costs?
Could you quote me a price for {p}?
Could you tell me what article number {p} costs now?
Do you know the price of {p}?
At what price is product {p} listed?
For how much can I get {p}?
For how much is {p} sold?
I'm thinking of buying {p}, how much is it?
I'm interested in {p}. The price?
I can't see the price of {p} on the page
I need the price of article {p}
I want to know how much {p} is
I saw product {p} and wonder what it costs
Before I buy {p} I'd like to know the price
Please tell me what {p} costs
Please give me the price for item no. {p}
Kindly let me know the price of {p}
{p} price?
{p}: how much?
{p} costs what?
article {p}, price please
item number {p} - cost?
list price of {p}
today's price for {p}
"""
PRODUCT_DESCRIPTION = """
Tell me about product {p}
What is product {p}?
Describe {p}
What's {p}?
Can you describe product {p}?
product info for {p}
What kind of thing is product {p}?
More about product {p} please
What can you tell me about {p}?
I want to know more about {p}
description of {p}
Give me details on product {p}
Info about {p}
what sort of product is {p}
What is article {p}?
What is item {p}?
What is behind the number {p}?
What is product no. {p} exactly?
What's item number {p} about?
What's ref {p}?
What's the description of {p}?
What's the story with product {p}?
What does {p} do?
What does item {p} look like?
What does article number {p} stand for?
What do you know about {p}?
What do you have on article {p}?
What kind of product is {p}?
What sort of article is {p}?
What would I get with {p}?
what is that, {p}?
Which product is {p}?
Which article has the number {p}?
Which item goes by {p}?
Which thing is sold as {p}?
Who would need {p}, what is it?
Is there a description for {p}?
Is there more information on item {p}?
Are there details for ref. {p}?
Can I read something about {p}?
Can you explain what {p} is?
Can you tell me more about item no. {p}?
Can you say a few words on article {p}?
Could you describe item {p} for me?
Could you give me some information about {p}?
Could I have the product details for {p}?
Do you have more on {p}?
Do you have a description of article {p}?
How would you describe {p}?
I came across the number {p}, what is it?
I found {p} in a catalog. What is that?
I'd like a description of item number {p}
I'd like to read up on {p}
I'm curious about product {p}
I'm thinking about getting {p}, tell me about it
I want details of article {p}
I don't know what {p} is
My friend recommended {p}, what kind of thing is it?
Please describe article {p}
Please explain product {p} to me
Please tell me what {p} is
Kindly give details about {p}
Let me know what {p} is
Give me a description of item {p}
Show me article {p}
Show me the details for {p}
Tell me what item {p} is
Tell me something about {p}
{p} - what is it?
{p}, what's that?
{p} details
{p} description please
product details {p}
item {p} info
"""
