"""How customers ask for a change, about their account or a product: paraphrases by kind."""

CANCEL = """
Cancel {x}
Please cancel {x}
Can you cancel {x}?
I want to cancel {x}
I'd like to cancel {x}
cancel {x} please
Could you cancel {x} for me?
I don't want {x} anymore, cancel it
Please stop {x}, I want to cancel
I need to cancel {x}
Is it possible to cancel {x}? Please do.
Go ahead and cancel {x}
Scrap {x}
Call off {x} please
"""
CANCEL_REASONS = """
I found it cheaper elsewhere
I ordered it by mistake
it takes too long
I changed my mind
I don't need it anymore
wrong size
I ordered twice
the delivery date is too late
my plans changed
it was the wrong color
I bought it somewhere else
too expensive
"""
RETURN = """
I want to return {x}
I'd like to return {x}
Please return {x}
Can I return {x}?
Can I send {x} back?
I want to send {x} back
return {x} please
How do I return {x}? I want to send it back
I need to return {x}
Please start a return for {x}
Could you set up a return for {x}?
I want my money back for {x}
Take {x} back please
"""
RETURN_REASONS = """
it is broken
it arrived damaged
it is too small
it is too big
it does not work
the color is wrong
it is not as described
I don't like it
it makes a strange noise
parts are missing
it was a duplicate gift
the quality is poor
"""
ADDRESS = """
Send {x} to {a}
Please send {x} to {a}
Can you send {x} to {a} instead?
Change the address of {x} to {a}
Please change the delivery address of {x} to {a}
Deliver {x} to {a}
I moved, please ship {x} to {a}
Could you ship {x} to {a}?
New address for {x}: {a}
I want {x} delivered to {a}
{x} should go to {a}
Redirect {x} to {a}
update address of {x} to {a}
"""
ADDRESS_MISSING = """
Change the address of {x}
I want {x} sent to another address
Can you send {x} somewhere else?
I need a different delivery address for {x}
Can I change where {x} goes?
I want to change the address of {x}
Can {x} go to another address?
Please send {x} to a different address
The address of {x} is wrong
deliver {x} to another place
I moved, so {x} needs a new address
wrong address on {x}
change the delivery address for {x} please
"""
WHICH_CANCEL = """
Cancel my order
I want to cancel an order
Can you cancel an order for me?
Please cancel one of my orders
I need to cancel something
how can i cancel an order
I'd like to cancel
cancel please
Can I cancel an order?
I want to cancel my order
How do I cancel?
cancel an order please
Could you cancel one order for me?
"""
WHICH_RETURN = """
I want to return something
I need to return an item
How do I return something?
I'd like to make a return
Can I send something back?
return an order
I want to send something back
How do returns work? I want to return something
Can I return an item?
return please
I'd like to send an item back
I have something to return
start a return
"""
WHICH_ADDRESS = """
I need to change a delivery address
I want to change the address of an order
Can you send an order somewhere else?
how do i change a shipping address
I want to change the shipping address
Change my delivery address
I need an order sent somewhere else
Can I change the delivery address of an order?
please change an address
I moved, can you update the address of an order?
"""
EMAIL = """
What's my email?
What email do you have for me?
Which email address is on my account?
my email address?
Which mail address did I sign up with?
What e-mail is registered for me?
Can you tell me the email on file?
"""
OWN_ADDRESS = """
What's my address?
What address do you have on file for me?
Which address is on my account?
Where do you ship to by default?
What is my default delivery address?
my address?
Can you tell me the address on my account?
Which home address did I give you?
"""
OWN_NAME = """
What's my name?
What name is on my account?
Which name do you have for me?
Do you know my name?
Under what name is my account?
Who am I?
"""
USER_NAME = """
What's my user name?
What is my username?
Since when am I a customer?
How long have I been a customer?
When did I create my account?
What is my login name?
When did I sign up?
"""
ACCOUNT = """
Show me my account details
What do you know about me?
my account
What's in my account?
Show my profile
Give me my account information
"""
PRODUCT_STOCK = """
Is {p} in stock?
Is product {p} available?
Do you have {p} in stock?
Is {p} still available?
Can I still buy {p}?
stock of {p}
Is product {p} sold out?
How much is product {p}?
What does product {p} cost?
What's the price of product {p}?
price of product {p}
What does {p} cost today?
Do you sell product {p}?
How much is {p} at the moment?
Have you got {p}?
is {p} in stock right now
Availability of {p}?
How much does {p} cost?
what's the price of {p}
Can I order {p} again?
Is there any stock of {p}?
price for {p} please
Does {p} cost much?
I'd like to know the price of {p}
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
"""
