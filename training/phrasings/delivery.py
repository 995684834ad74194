"""How customers ask who brings an order, where its parcel is and what is in it; `{x}` is the order or an item."""

CARRIER = """
What's the tracking number of {x}?
What is the tracking number for {x}?
tracking number for {x}
Can I have the tracking number of {x}?
Who delivers {x}?
Which carrier has {x}?
Who is the carrier for {x}?
Which company is shipping {x}?
Give me the tracking for {x}
How do I track {x}?
I need the tracking number of {x}
Who is bringing {x}?
What carrier was used for {x}?
tracking {x}
carrier of {x}?
Could you send me the tracking info for {x}?
Which delivery service has {x}?
Who ships {x}?
What's the tracking code of {x}?
I want to track {x}, what is the number?
Who is delivering {x}?
Is {x} coming with NorthPost?
which courier brings {x}?
What is the carrier of {x}?
shipping company of {x}
tracking info of {x}
tracking code for {x} please
By whom is {x} delivered?
With which parcel service does {x} come?
Which delivery firm is bringing {x}?
Which parcel company did you hand {x} to?
Which courier did you use for {x}?
Which postal service handles {x}?
Which shipper do I have to call about {x}?
Whose van should I look out for with {x}?
Who has {x} in their van?
Who carries {x}?
Who's handling the delivery of {x}?
Who will ring at my door with {x}?
Who did you give {x} to for delivery?
Who do I call to ask about {x}, which delivery company?
Who transports {x}?
What's the consignment number for {x}?
What is the parcel number of {x}?
What's the shipment number of {x}?
What number can I follow {x} by?
What number do I give the courier for {x}?
What do I type into the carrier's website for {x}?
What delivery company has been given {x}?
What company will bring {x} to my door?
What postal company brings {x}?
What firm is transporting {x}?
Do you have a number I can follow {x} by?
Do you have a tracking ID for {x}?
Do I get a tracking number for {x}?
Does {x} come by post or by courier?
Does {x} come with DHL?
Is {x} coming by UPS or somebody else?
Is there a tracking code for {x}?
Is there any way to follow {x} online? I need the number
Is it the post office that delivers {x}?
Is it FedEx who has {x}?
Has a tracking number been assigned to {x}?
Has a courier been given {x}, and which one?
I never got a tracking mail for {x}, what's the number?
I never got a shipping confirmation for {x}, can I have the number?
I'd like to follow {x} on the map, which number do I use?
I'd like the consignment number of {x}, please
I'd like to know the delivery service of {x}
I want to call the courier about {x}, who is it?
I want to follow {x} myself, please send me the code
I need to tell my porter which courier brings {x}
I need the parcel number to pick up {x}
I have to let the doorman know who delivers {x}
I lost the number to follow {x} with
I can't find the tracking code of {x} in my mails
I don't know which company has {x}
The post office wants a number for {x}
The man at the depot asks for the shipment number of {x}
The link for following {x} is dead, what is the number?
My gate only opens for couriers on a list. Who comes with {x}?
Some couriers never find my door. Who brings {x}?
Could I get the shipment ID of {x}?
Could you tell me who the carrier of {x} is and its number?
Could you pass me the waybill number of {x}?
Can you give me the courier and the number for {x}?
Can you text me the tracking for {x}?
Can you tell me by which company {x} will be delivered?
Can I follow {x} somewhere? Which code?
May I have the tracking details of {x}?
Would you share the tracking id of {x}?
Please tell me which courier to expect for {x}
Please give the tracking no. of {x}
Please provide carrier and tracking number for {x}
Kindly send the tracking number for {x}
Carrier and number for {x}?
Tracking no. {x}
Tracking id for {x}?
parcel number {x} pls
courier for {x}?
delivery company of {x}?
consignment no. of {x}
{x}: tracking number?
{x} - which courier?
{x} comes with whom?
{x} is sent with which company?
{x} tracking id please
{x} was handed to which carrier?
by which post is coming {x}?
how i can track {x}? give number
How can I trace {x} on the carrier's page, what's the code?
How do I follow {x} on its way, is there a number?
Under which number does {x} travel?
Under what tracking number was {x} sent?
From which delivery service can I expect {x}?
Who's bringing me {x}?
Who has {x} now?
Who's got {x} at the moment?
Who is holding {x} right now?
Who took over {x} from you?
Who picked up {x} at your place?
Who came to collect {x} from the warehouse?
Who was {x} handed over to?
Who drives {x} to me?
Who will come to my door with {x}?
Who turns up with {x}?
Who do I open the door to for {x}?
Who can I phone about where {x} has got to?
Who's responsible for {x} on the road?
Who's in charge of moving {x}?
Who do I complain to about the driver of {x}?
Which firm brings {x}?
Which firm has {x}?
Which firm is {x} travelling with?
Which company has {x} in hand?
Which company moves {x}?
Which outfit is bringing {x}?
Which of the delivery people has {x}?
Which service did you send {x} with?
Which driver service is on {x}?
What firm did {x} go out with?
What company did you pass {x} to?
What service is {x} going by?
What sort of van comes with {x}?
What uniform will the person with {x} wear?
What colour van do I look out for, who brings {x}?
Whose hands is {x} in?
Whose job is it to bring {x}?
Whose truck is {x} on?
With whom is {x} on the road?
Through which company does {x} reach me?
By which firm is {x} coming?
Is it a big firm that brings {x}?
Is {x} with the post or with one of the others?
Is it always the same people who bring {x}?
Did you give {x} to the post?
Did {x} go by post?
Do you deliver {x} yourselves or does somebody else?
Do you know the name of the firm with {x}?
Has anyone collected {x} from you, and who?
I want to ring the people who have {x}
I need to know who is dropping off {x}
I'd like to know who has {x} in their hands
My neighbour takes things in. Who should he expect with {x}?
My doorman asks who's bringing {x}
Our reception wants to know which firm comes with {x}
Tell me the name of the firm that has {x}
Name the company that is bringing {x}
Some number to look up {x} on the web?
Which reference do I need to look up {x} on their page?
What reference does {x} travel under?
the firm for {x}?
{x}, who brings that
{x} is with whom now?
who got {x}
who has {x}
"""
PARCEL = """
Where is the parcel of {x}?
Where is the package with {x}?
Where's the package for {x} right now?
Can you track {x}?
Track {x}
Please track {x}
Track {x} for me please
track the shipment of {x}
Where exactly is {x} right now?
What was the last stop of {x}?
Which stops has {x} made?
Where was {x} last seen?
Can you trace {x}?
Where is the shipment of {x}?
Latest tracking update for {x}?
Has the parcel of {x} moved?
Where was the parcel with {x} last scanned?
What's the last known location of {x}?
What was the most recent scan of {x}?
What's the last place {x} passed through?
What city is {x} in?
What town has {x} got to?
Which city is the parcel with {x} in right now?
Which depot is {x} lying in?
Which sorting centre did {x} go through last?
Which place was {x} last scanned at?
Where did the package with {x} last show up?
Where did {x} stop last?
Where did they scan {x} last?
Where on its route is {x}?
Where along the way is the parcel of {x}?
Where does the tracking say {x} is?
In which town is {x} at the moment?
In what city did {x} last get scanned?
At which depot is the parcel with {x}?
At what stop is {x} now?
How far has the parcel with {x} travelled?
How far along the route is the package of {x}?
Has {x} reached my city?
Has the package of {x} left the sorting centre?
Is the parcel with {x} stuck at a depot?
Is {x} already in my town?
Is there a scan of {x} from today?
Does the tracking of {x} show anything new?
Did the courier scan {x} somewhere today?
Can you find out which depot holds {x}?
Could you pinpoint the package of {x}?
Could you follow the trail of {x} for me?
I want to know the exact location of the parcel with {x}
I'd like to see the journey of {x}
I heard parcels pile up at the hub, where is the one with {x}?
My tracking page won't load. What was the last scan of {x}?
The courier's page is down, where was {x} seen last?
Please locate the package with {x}
{x}: last scan?
{x} - current location of the package?
last stop of {x}?
latest location {x}
where is now the package of {x}?
In which depot is {x}?
Which depot has {x} got to?
Which hub is {x} at?
Which warehouse is {x} sitting in?
Which town has {x} made it to?
Which stop is {x} on?
Where was {x} seen last?
Where was {x} spotted last?
Where has {x} been so far?
Where has {x} got stuck?
Where is {x} lying around?
Where is {x} sitting right now?
Where is {x} parked?
Where on earth is {x} travelling?
Where has {x} come through already?
Where did {x} go after your warehouse?
Where did {x} pass through?
Where did anyone last see {x}?
Where did {x} last turn up?
Where did {x} get to on its trip?
What was the latest place for {x}?
What's the newest about the trip of {x}?
What's the last thing that happened to {x} on the road?
What was the last sign of life from {x}?
What route has {x} taken?
What happened to {x} on the way?
What place is {x} in today?
How far has {x} come?
How far did {x} get?
How far away from me is {x}?
How far is {x} on its journey?
How close to me is {x} already?
How near is {x}?
Through which cities has {x} come?
Has {x} left the depot?
Has {x} left the hub yet?
Has {x} made it to the depot in my town?
Has {x} been loaded on the van?
Has {x} moved since yesterday?
Has anybody scanned {x} lately?
Did {x} get past the sorting hall?
Did {x} reach the depot?
Is {x} standing still somewhere?
Is {x} in some depot?
Is {x} sitting in a warehouse on the way?
Is {x} still in your hall or further on?
Is {x} any closer?
Is there a last sighting of {x}?
Can you see on the map how far {x} is?
Can you see which hub {x} is in?
Could you look at which stop {x} is?
I want to know in which depot {x} lies
I'd love to know how far {x} has got
I wonder where {x} is stuck
It feels like {x} is not moving, where is it held?
Tell me the last stop of {x}
Tell me where {x} was seen last
last place of {x}
last sighting of {x}?
{x}, how far is it
{x} is in which depot?
{x} last seen where
"""
CONTENTS = """
What's in {x}?
What is in {x}?
What items are in {x}?
Which items does {x} contain?
What did I order in {x}?
list the items of {x}
What products are in {x}?
Show me the items in {x}
details of {x}
Can I see the details of {x}?
What are the item prices in {x}?
How much was each item in {x}?
How many pieces are in {x}?
itemized list for {x}
What exactly did I buy with {x}?
What did {x} consist of?
What all is in {x}?
What else is part of {x}?
What goods are included in {x}?
What articles does {x} consist of?
What things did I get with {x}?
What should be in the box of {x}?
What was I buying in {x}?
what is inside {x}?
what i have ordered with {x}?
Which things are in {x}, and at what price each?
Which products did I take in {x}?
How many items are in {x}?
How many of each did I order in {x}?
How many articles does {x} have?
How much was each thing in {x}?
Break down {x} for me
Can you break {x} down item by item?
Can you list everything in {x}?
Can you tell me all the items of {x}?
Could you go through {x} with me, one item at a time?
Could I get an itemised bill for {x}?
Could I have the contents of {x}?
Would you read me the items of {x}?
Please name all products in {x}
Please write out what {x} contains
Please give me the single prices in {x}
I want to see what I ordered in {x}
I want to check that the box is complete. What belongs in {x}?
I don't remember what {x} was for
I forgot what's in {x}
I need the line items of {x}
I'm not sure what was in {x}, can you say?
I'd like the full list for {x}
Contents of {x}
Full details for {x}, please
{x}: what is in it?
{x} contains what?
{x} - all items and prices
item list {x}
Remind me what I bought in {x}
Kindly list the contents of {x}
Tell me everything that is in {x}
Unpack {x} for me, what's in there?
The box is open and I'm checking {x}, what should I have?
"""
CONTENTS_BY_NAME = """
What else is in the order with {x}?
What else did I order together with {x}?
What else came with {x}?
What did I buy along with {x}?
What was in the same order as {x}?
What other things are in the order with {x}?
Which other items are in the box with {x}?
Which articles did I order at the same time as {x}?
Was there anything else in the order with {x}?
Was {x} the only thing in that order?
Is {x} alone in its order or is there more?
Is anything else coming with {x}?
Did I order anything besides {x} that day?
Did I add something to {x} in that order?
Apart from {x}, what else is in that order?
Besides {x}, what was in there?
Show me all the items of the order that has {x} in it
List everything I bought together with {x}
Can you list the whole order {x} was in?
Could you tell me what goes with {x} in the same order?
I remember {x}, but what else was in that order?
I ordered {x} and some other things, what were they?
I know about {x}. And the rest of that order?
Please give me the full contents of the order containing {x}
{x} and what else?
{x}: what else is in the same parcel?
what more is in order of {x}?
"""
