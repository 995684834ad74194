"""How customers cancel and return: paraphrases by kind; `{x}` is the order or item."""

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
Can {x} still be cancelled?
Can {x} be stopped? I no longer want it
Can I call {x} off?
Can I get out of {x}?
Can I withdraw from {x}?
Can you take {x} off my orders?
Can you undo {x}?
Could {x} be cancelled, please?
Could I cancel {x}, if it's not too late?
Could you drop {x} from my orders?
Could you please withdraw {x}?
Would it be possible to call off {x}?
I hope it's not too late to cancel {x}
I no longer want {x}
I'm backing out of {x}
I'm not interested in {x} any longer, cancel please
I've decided against {x}
I have thought about {x} again and don't want it
I have to cancel {x}
I wish to cancel {x}
I would like to withdraw from {x}
I would prefer not to get {x}, so cancel it
I must ask you to cancel {x}
I don't want you to send {x}
I want {x} gone from my orders
I want out of {x}
I want to revoke {x}
Do not send {x}
Don't ship {x}, I don't want it
Please do not send {x}, cancel it
Please don't go through with {x}
Please take back my order of {x}
Please make {x} undone, I cancel
Please annul {x}
Kindly cancel {x}
Forget about {x}, cancel it
Get rid of {x} for me, cancel
Kill {x}
Stop {x} before it goes out
Halt {x}, please
Abort {x}
Nix {x} please
Drop {x}
{x} is to be cancelled
{x} can be cancelled, I won't take it
{x} - cancel
{x}: please cancel
{x} has to be cancelled today
i cancel {x}
we want cancel {x}
cancellation of {x}
cancellation for {x} please
Is there still time to cancel {x}?
How do I cancel {x}? I want to do it now
Let's cancel {x}
What do I have to do to cancel {x}? Please do it
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
my friend already has one
my husband bought the same thing
my sister gave me one yesterday
my old one works again
my boss did not approve it
my budget is tight this month
my holiday was called off
my landlord doesn't allow it
my kids don't want it any longer
I clicked the wrong button
I typed in the wrong quantity
I picked the wrong model
I picked the wrong color
I chose the wrong one
I got the same one as a gift
I saw a better one in town
I saw a better price today
I can't wait that long
I can't afford it right now
I lost my job
I am moving abroad
I will be away when it comes
I have no room for it
I have to save money
I need the money for something else
I need it sooner than that
I was in too much of a hurry
I meant to order something different
I thought it was something else
I misread the description
I read bad reviews about it
I realized it does not fit my kitchen
I prefer another brand
I want a different one
I want a bigger one
I don't like it any more
I didn't mean to order it
I already have two of them
it would come too late for the birthday
it is not for me after all
it won't fit in my room
it turned out to be the wrong part
it is cheaper in the shop next door
it was only a test
it was my son who ordered it
it has been processing for too long
we don't have a use for it
we found a used one
the wedding is off
the party was moved
the shipping takes forever
the price has dropped since
there is a newer version now
nobody needs it any more
someone else already bought it
no longer needed
ordered by accident
duplicate order
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
Can {x} go back?
Can {x} be returned?
Can I give {x} back?
Can I bring {x} back?
Can I hand {x} back to you?
Can I still return {x}?
Can you take {x} back?
Can you arrange a return for {x}?
Could I get a return label for {x}?
Could I return {x}, please?
Could you register {x} for return?
Could you arrange for {x} to be sent back?
Would you take {x} back?
Would it be all right to send back {x}?
What do I need to do to return {x}? Please set it up
Where do I send {x} back to? I'd like to return it
How can I give {x} back? Please start it
How do I get {x} back to you?
Is it possible to return {x}? If so, please do it
Is {x} returnable? I want to return it
I am going to send {x} back
I am not keeping {x}
I'm returning {x}
I won't keep {x}
I can't keep {x}, please take it back
I don't want to keep {x}
I have decided to return {x}
I have to send back {x}
I wish to return {x}
I would like to give {x} back
I would like my money back for {x}, so I'm returning it
I want a refund for {x}, I'll send it back
I want a return slip for {x}
I want to get rid of {x}, can it come back to you?
I want you to take {x} back
I want to hand in {x} for return
Please arrange the return of {x}
Please accept {x} back
Please register a return of {x}
Please note that I'm sending {x} back
Please open a return for {x}
Kindly take {x} back
Send me a label, {x} goes back
{x} is going back
{x} goes back
{x} has to go back to you
{x} - return
{x}: I want to send it back
return of {x}
return for {x} please
return label for {x}
i return {x}
i want give back {x}
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
it stopped working after a day
it stopped working after a week
it won't turn on
it won't charge
it does not fit
it doesn't fit my desk
it doesn't match the picture
it doesn't match my sofa
it looks used
it looks cheap
it looks nothing like the photo
it smells bad
it feels flimsy
it fell apart
it leaks
it is scratched
it is torn
it is cracked
it is bent
it is dirty
it is too heavy
it is too loud
it is too short
it is too long
it is too tight
it is too thin
it is not what I ordered
it is not what I expected
it is missing a screw
it is the wrong model
it is the wrong size
it is faulty
it came too late
it came with a dent
it came broken
it came without the manual
it has a hole
it has a stain
it gets too hot
it hurts my back
it keeps switching off
it made my skin itch
I have no use for it
I bought the wrong one
I already own one
I got two by mistake
I changed my mind about it
I expected more of it
I found a better one
my wife doesn't like it
my daughter has the same one
my dog is afraid of it
the zip is stuck
the lid doesn't close
the battery is dead
the screen flickers
the box was open
the fabric is rough
one piece is chipped
the buttons don't respond
wrong item in the box
does not suit me
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
I don't want one of my orders any more
I no longer want something I ordered
I no longer need one of the things I bought
I changed my mind about an order
I ordered something by mistake
I'd like to withdraw an order
I have to cancel one of them
I want to take back an order
I want to stop an order
I wish to make a cancellation
I bought something I don't want after all
I have an order to cancel
Can something I ordered still be cancelled?
Can I call off one of my orders?
Can I stop one of my orders?
Could you help me cancel an order?
Could one of my orders be cancelled?
Is it possible to cancel an order?
Is it too late to cancel?
Would you cancel something for me?
What do I do to cancel an order?
There's an order I want to get rid of
One of my orders needs to be cancelled
One order should be stopped please
Please stop one of my orders
cancellation please
i want cancel
order cancel
stop my order
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
I don't want to keep something I got
I'm not happy with one of the things I got
I got something that I want to give back
I have a thing here that should go back
I want to give something back
I want to make a return
I wish to return one item
I'd like to give one of the items back
I'd like a return label
I need a return label
I need to send something back
I would like to return a product
Can I give something back?
Can I bring an item back?
Can I still return something I bought?
Can you set up a return for me?
Can you help me with a return?
Could you take something back?
Could I return one of my things?
Is it possible to send something back?
Is it possible to make a return?
What do I need to do to return something?
Where do I start a return?
There's something I'd like to return
One of my items has to go back
Please arrange a return
Please take one of my items back
i want return one thing
return something
"""
