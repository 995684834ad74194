"""How customers ask for some of their orders without naming a status: paraphrases by what they mean."""

UNDER_WAY = """
Which of my orders are still under way?
Which orders are still under way?
What is still under way?
What's on the road at the moment?
What do you have on its way to me?
What's on its way to me right now?
What's between you and me right now?
Which ones are travelling?
Which ones are on the way?
Which orders are on their way?
Which of them are on the road?
Which of my things are in transit?
Which parcels are coming at the moment?
Is anything on its way to me?
Is anything of mine on the road?
Are there orders on the way?
Are any on their way?
Anything in transit?
Anything under way?
Any of them travelling?
Got anything on the road for me?
Do I have something on the way?
Show me what's on the way
Show me only the ones in transit
List what is on the road
List the ones under way please
Just those that are on their way, please
Only the orders that are still travelling
I only care about the ones on the road
I'd like to see which orders are under way
Tell me which ones are on their way
Can you tell me what's in transit?
Could you list what is on the way to me?
my orders in transit
orders on the way
on the way?
under way?
"""
STILL_TO_COME = """
What's coming to me in the next days?
What am I still waiting for?
What is still outstanding?
What's still to come?
What's still open?
What have I not received yet?
What hasn't arrived?
What hasn't come yet?
What is missing so far?
What do you still owe me?
Which orders are still open?
Which orders haven't arrived?
Which ones are still to come?
Which ones have I yet to get?
Which of my orders are not here yet?
Which of my things are pending?
Which of them are unfinished?
Is anything still open?
Is anything outstanding?
Is there something I haven't got yet?
Anything left to come?
Anything still pending?
Are there orders that haven't reached me?
Do I have open orders?
Do I still get something from you?
Show me the open ones
Show me everything not delivered yet
List my open orders
List what has not been delivered
I want to see what's still missing
I'd like a list of what hasn't come
Tell me what I'm still waiting for
Can you tell me what's yet to arrive?
Could you list the orders that aren't done?
open orders
pending orders?
not here yet?
what's left
"""
ARRIVED = """
What has been delivered so far?
What has arrived so far?
What has arrived by now?
What did I already get?
What have I received already?
What's already here?
What reached me already?
What did you deliver up to now?
Which ones arrived?
Which ones have come already?
Which ones are done?
Which orders have reached me?
Which orders came through?
Which of my orders have I received?
Which of my things have arrived?
Which of them were dropped off?
Has anything been delivered?
Has anything come yet?
Has any of it arrived?
Did anything arrive yet?
Did any of my orders get here?
Anything delivered yet?
Anything that already arrived?
Is something delivered already?
Show me what has come
Show me everything that arrived
List what you have delivered
List the orders I have received
Only the delivered ones, please
I'd like to see what I've got so far
I want a list of everything that came
Tell me which orders are already here
Can you tell me which ones made it here?
Could you list the ones that arrived?
delivered so far?
arrived orders
what came
"""
IN_PROCESSING = """
Anything that is stuck in processing?
Anything that's still in processing?
Anything stuck at your end?
Anything you haven't sent?
Is something still being prepared?
Is anything still sitting in your warehouse?
Is anything still with you?
Are any still being packed?
Are there orders you haven't worked on yet?
Are there ones that are not sent yet?
What's still being processed?
What haven't you sent out yet?
What's still waiting to be packed?
What is lying around at your place?
What has not left your warehouse?
What are you still preparing?
Which ones are still at your warehouse?
Which ones aren't even packed?
Which ones haven't gone out?
Which orders are being prepared?
Which orders are you still working on?
Which of my orders haven't left yet?
Which of them are in the works?
Show me what's not sent yet
Show me the ones in processing
List what's still being handled
Tell me what hasn't gone out
Can you tell me which ones you haven't shipped?
Do I have something in the works?
I'd like to know which ones are being prepared
in processing?
not sent yet?
still with you?
"""
RUNNING_LATE = """
Which ones are running late?
Which ones are late?
Which orders are overdue?
Which of them got held up?
Which of my things are behind schedule?
What is late?
What's running late?
What got held up?
What is behind schedule?
What's overdue?
Is anything late?
Is anything held up?
Is something running late?
Are any of them late?
Are there delays with my orders?
Is there a delay with any of my orders?
Any delays?
Any of them overdue?
Anything behind schedule?
Did something get delayed?
Does anything take longer than planned?
Show me what's late
Show me the ones with a delay
List the late ones
Tell me which ones are held up
Can you see which ones are behind?
Do any of my orders have a delay?
late orders?
delays?
"""
CALLED_OFF = """
Which ones were called off?
Which ones did I call off?
Which orders did I cancel?
Which of them got cancelled?
What did I cancel?
What have I cancelled so far?
What was called off?
Was anything cancelled?
Was any of my orders called off?
Did I cancel anything?
Did anything get cancelled?
Have I cancelled something?
Is one of them cancelled?
Show me what I cancelled
List the ones that were called off
Any cancellations?
cancellations?
what got cancelled
"""
SENT_BACK = """
Which ones did I send back?
Which ones went back?
Which orders did I return?
What did I send back?
What have I returned so far?
What went back to you?
Was anything sent back?
Did I return anything?
Did anything go back?
Have I sent something back to you?
Show me what I returned
List the things I sent back
Any returns?
my returns
what went back
"""
AT_THE_DOOR = """
What comes today?
What's being delivered today?
What is in the van right now?
What is nearly at my door?
Which ones come today?
Which ones are in the van?
Which ones are out with the driver?
Which of my orders are about to arrive?
Is anything coming today?
Is something in the van for me?
Is anything out with the driver?
Anything arriving today?
Show me what's out for delivery today
with the driver?
coming today?
"""
IN_WORDS: dict[tuple[str, ...], str] = {
    ("Shipped", "Out for delivery", "Delayed"): UNDER_WAY,
    ("Processing", "Shipped", "Out for delivery", "Delayed"): STILL_TO_COME,
    ("Delivered",): ARRIVED,
    ("Processing",): IN_PROCESSING,
    ("Delayed",): RUNNING_LATE,
    ("Cancelled",): CALLED_OFF,
    ("Returned",): SENT_BACK,
    ("Out for delivery",): AT_THE_DOOR,
}
"""Which statuses are meant by words that name none of them."""
