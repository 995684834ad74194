"""How customers ask to return a thing that they name by its product code `{p}`."""

BY_CODE = """
I want to return {p}
I'd like to return {p}
I need to return {p}
I want to send {p} back
I'd like to send back {p}
Please return {p}
Please take {p} back
Please start a return for {p}
Return {p}
return {p} please
return for {p}
Can I return {p}?
Can I send {p} back?
Can I give {p} back?
Can you take back {p}?
Could I return item {p}?
Could you set up a return for {p}?
Could you register a return for product {p}?
I want to return product {p}
I want to return the item {p}
I want to return article {p}
I'd like to return the product with the number {p}
I have to send article {p} back
I don't want to keep {p}, I'm returning it
I don't like {p}, take it back
{p} is going back, please register it
{p} has to go back
{p} should be returned
{p} back please
The item with the code {p} goes back
The thing on the bill as {p}, I want to return it
The label says {p}, I want to send it back
It says {p} on the box and I'd like to return it
My invoice lists {p}, please take that one back
Set up a return for {p}
Make a return for {p}
Book a return for item {p}
Register {p} for a return
send back {p}
how do I send {p} back? please start it
"""
