"""How customers ask whether something is among their orders at all; `{x}` is a thing with its article."""

EVER = """
Did I ever order {x}?
Did I ever buy {x} from you?
Did I order {x}?
Did I buy {x} here?
Did I get {x} from you once?
Did I once order {x}?
Have I ever bought {x}?
Have I ordered {x}?
Have I bought {x} from you at some point?
Is there {x} among my orders?
Is {x} among my orders?
Is there {x} somewhere in my orders?
Is there any order with {x}?
Do I have an order with {x}?
Do you see {x} in my orders?
Do you find {x} among my purchases?
Was there {x} in any of my orders?
Was {x} part of an order of mine?
Can you find {x} in my orders?
Can you search my orders for {x}?
Can you see if I ordered {x}?
Could you look for {x} in my history?
Could you check whether I ever bought {x}?
Look for {x} in my orders
Search my orders for {x}
Find {x} in my orders
Find me the order with {x}
Which order has {x} in it?
Which of my orders had {x}?
In which order was {x}?
In which order did I get {x}?
When did I get {x} from you?
I think I ordered {x} once
I think I bought {x} here, can you find it?
I believe there was {x} in one of my orders
I'm sure I ordered {x} from you
I'm looking for {x} that I ordered long ago
I'm looking for the order with {x}
I must have bought {x} some time ago
I can't remember if I ordered {x}
My husband says we ordered {x}, is that so?
Somewhere in my orders there must be {x}
Tell me if I have ordered {x}
Please check for {x} in my orders
Ever ordered {x}?
ever bought {x} here?
order with {x}?
{x}, did I order that?
{x} - is that in my orders?
"""
