"""How customers ask for another address of delivery: `{x}` is the order or item, `{a}` the new address."""

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
The new street is {a}, that's for {x}
The new address is {a}, please use it for {x}
My new address is {a}. Please have {x} sent there
My address has changed to {a}, can you update {x}?
We have moved to {a}, so {x} should come there
We live at {a} now. Please send {x} there
I live at {a} now, so please ship {x} there
I'm at {a} now, could {x} come here?
I'm staying at {a} for a while. Can {x} come there?
I'm now at {a}, please change it for {x}
I've moved to {a}, please redirect {x}
I have moved house. {x} must go to {a} now
I'll be at {a} next week, send {x} there please
I will not be at home, so bring {x} to {a} please
I gave you the wrong address for {x}, the right one is {a}
I made a mistake with the address of {x}, it should be {a}
I'd like {x} to go to {a} instead
I'd like {x} to be sent to {a}, please
I'd prefer {x} at {a} please
I'd rather have {x} delivered to {a}
I need {x} at {a} instead of my old place
I need {x} to be brought to {a} now
I want the address of {x} changed to {a} please
I want to have {x} shipped to {a} from now on
I wish to redirect {x} to {a}
My mother will take {x} in, her address is {a}
My office is at {a}, please deliver {x} there
My parents live at {a}, send {x} to them
Nobody is home, so send {x} over to {a} please
Not to my home, please: {x} goes to {a}
From now on {x} goes to {a}, please
From Monday I'm at {a}, so {x} has to go there
For {x} please use {a} as the address
For {x} the new address is {a}
Instead of the old address, send {x} to {a}
It's {a} now for {x}
Let {x} be delivered to {a} instead
Let's have {x} sent to {a}
Make it {a} for {x}
Could {x} be delivered to {a} instead, please?
Could {x} go to {a} now?
Could you bring {x} to {a} instead?
Could you have {x} left at {a} please?
Could you please put {a} as the address on {x}?
Could you change where {x} goes? It should be {a}
Can {x} come to {a} instead?
Can {x} be redirected to {a}?
Can you forward {x} to {a} please?
Can you reroute {x} to {a}?
Can you set {a} as the delivery address of {x}?
Can I have {x} sent to {a} instead of home?
Would you send {x} to {a} instead?
Would it be possible to get {x} to {a}?
Is it possible to deliver {x} to {a} instead?
Is it still possible to change the address of {x}? It's {a} now
Please note {a} as the new address for {x}
Please correct the address of {x}: {a}
Please correct the address of {x} to {a}, thanks
Please have the courier bring {x} to {a}
Please let {x} come to {a} from now on
Please don't send {x} to my old flat but to {a}
Please replace the address on {x} with {a}
Kindly deliver {x} at {a}
Kindly change the address for {x} to {a} now
Change of address for {x}: {a}
Wrong address on {x}, it must be {a}
Switch {x} over to {a} please
Ship {x} to {a} instead
Ship {x} to my work, {a}, please
Set the destination of {x} to {a}
Use {a} for {x} from now on
{a} is where {x} should go
{a} is my new place. Can {x} be sent there?
{a} is the right address for {x}
{a}, that's where I want {x}
{x} to {a} please
{x} to {a} instead
{x} -> {a}
{x}: new address {a}
{x} must go to {a} instead
{x} needs to come to {a} now
{x} please to {a}
{x} has the wrong street, it is {a}
deliver please {x} to {a}
i want {x} in {a} please
change address {x}, new is {a}
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
{x} goes to the wrong place
{x} is going to my old address
{x} is on its way to my old flat, can that be changed?
{x} has the wrong address on it
{x} must not go to my home
{x} should go somewhere else
{x} should be sent to my office instead
{x} - change of address
{x}: wrong street
{x}: other address please
Can {x} be sent to my sister's instead?
Can {x} be left with my parents?
Can {x} be rerouted?
Can {x} go to my new flat?
Can {x} be delivered at my workplace?
Can I have {x} delivered elsewhere?
Can I get {x} sent to a friend?
Can I give you a new address for {x}?
Can I still change the address on {x}?
Can you update the address for {x}?
Could {x} be redirected?
Could you redirect {x} to my new home?
Could you send {x} to my new place?
Could I change the destination of {x}?
How do I change the address of {x}?
How can I have {x} delivered to a different house?
Is it too late to change the address of {x}?
Is it possible to have {x} delivered to another place?
Is there a way to send {x} to my neighbour?
I have moved, and {x} still has the old address
I just moved house, what about {x}?
I gave the wrong street for {x}
I made a typo in the address of {x}
I won't be home, so can {x} go elsewhere?
I'd like {x} to go to my mother's
I'd like to redirect {x}
I'd rather have {x} at work
I want {x} at a different place
I need to correct the address for {x}
I need {x} to go to another city
I forgot to change my address before ordering {x}
My address is wrong on {x}
My address has changed, please update {x}
My house number is missing on {x}
We don't live there any more, please change {x}
Please redirect {x}
Please reroute {x} to another address
Please don't send {x} to my old address
Please change where {x} is delivered
Kindly change the shipping address of {x}
The street on {x} is not right
The destination of {x} needs changing
There's a mistake in the address of {x}
You have the wrong address for {x}
new address for {x}
i want change address for {x}
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
I'd like to change where an order goes
I'd like one of my orders to go elsewhere
I have moved and one of my orders needs the new address
I have a new address, and an order is on the way
I gave a wrong address with an order
I made a mistake in the shipping address
I want an order to go to a different place
I want one order sent to my office
I need to redirect an order
I need to correct a delivery address
One of my orders has the wrong address
One of my orders goes to the wrong place
An order of mine should go to another address
The delivery address of one order is wrong
The shipping address isn't right any more
Can I redirect an order?
Can I have an order sent to a friend?
Can I get a parcel delivered somewhere else?
Can one of my orders be rerouted?
Could you change a delivery address for me?
Could an order go to another address?
Is it possible to change a delivery address?
Is it too late to change a shipping address?
How can I redirect a delivery?
What do I do if I gave the wrong shipping address?
There's a typo in a delivery address
Please redirect one of my orders
Please help me change a shipping address
change of delivery address
other delivery address please
i want change shipping address
"""
