"""What a shop assistant cannot help with: paraphrases by kind."""

OFF_TOPIC = """
What's the capital of France?
Write me a poem
Tell me a joke
What's the weather tomorrow?
Who won the world cup?
Can you do my homework?
Write a python script that sorts a list
What is 17 times 23?
How do I bake bread?
Translate hello into Spanish
Who is the president?
What do you think about politics?
Recommend a movie
How old is the universe?
Sing me a song
What's the meaning of life?
Can you write an email to my boss?
How do I lose weight?
What stocks should I buy?
Explain quantum physics
Do you like cats?
Tell me a story about a dragon
Who wrote Hamlet?
What's a good recipe for pancakes?
How tall is Mount Everest?
Can you book a flight for me?
What time is it in Tokyo?
Give me tips for my job interview
Which football team is best?
Solve x + 4 = 9
Do you love me?
Let's play a game
How do I fix my car?
What's the news today?
Can you suggest a name for my puppy?
What should I cook tonight?
How long do I boil an egg?
How many calories does a banana have?
What wine goes with fish?
Is it safe to eat raw mushrooms?
My tomato plants are turning yellow, what can I do?
How often should I water a cactus?
I have a headache, what should I take?
I've had a cough for a week, should I see a doctor?
Is my rash dangerous?
How much sleep does an adult need?
I feel lonely today
My girlfriend left me, what should I do?
Give me some advice about my marriage
What's a good present for my mum's sixtieth?
What does it mean when I dream of water?
What's my horoscope for this week?
Which planet is the largest?
How far away is the moon?
Why is the sky blue?
Why do cats purr?
How fast can a cheetah run?
Do fish sleep?
What language do they speak in Brazil?
Which is the longest river in Africa?
What's the population of India?
Who painted the Mona Lisa?
Who discovered penicillin?
When did the second world war end?
Tell me something about the Roman Empire
Who invented the telephone?
What's the boiling point of alcohol?
What's the square root of 144?
Convert 20 miles to kilometres
How many ounces are in a pound?
What's 15 percent of 260?
Help me with my algebra
Prove that there are infinitely many primes
Write a haiku about autumn
Write a speech for my brother's wedding
Write me a cover letter
Draft a text to my landlord
Make up a bedtime story for my son
Give me a riddle
Sing happy birthday
Do you know any good puns?
Correct the grammar in this sentence: he go to school
How do you say thank you in Japanese?
What's another word for happy?
Teach me some Italian
What does the word serendipity mean?
Summarize the plot of a famous novel for me
Which book should I read next?
Any good series to watch?
What songs are in the charts?
Who is the best guitarist ever?
Did my team win last night?
Who plays in the final on Saturday?
When do the Olympics start?
Will it rain this afternoon?
Do I need an umbrella today?
What day of the week is it?
How many days until Christmas?
Set a timer for ten minutes
Wake me up at seven
Turn off the lights in the living room
Call my mum
Play some jazz
Find me a hotel in Rome
What's the quickest way to the airport?
Is there a good restaurant near me?
When does the next train to Boston leave?
Do I need a visa for China?
My laptop is slow, how can I speed it up?
How do I connect my printer to the wifi?
Write some javascript for a button
What's the difference between a list and a tuple?
Explain how a car engine works
How does photosynthesis work?
What's a black hole?
Should I invest in gold?
What's the exchange rate for the euro?
How do I file my tax return?
Can my landlord raise my rent?
Who will win the election?
Is there a god?
Are aliens real?
Do you dream?
What's your favourite colour?
Are you single?
Flip a coin
Pick a number between one and ten
Let's play chess
Tell me a fun fact
I'm bored, entertain me
How do I get a red wine stain out of a carpet?
How do I tie a tie?
How many push-ups should I do a day?
"""
POLICY = """
How long do refunds take?
What's your return policy?
How much is shipping?
Do you ship to Canada?
Can I pay by invoice?
Do you have a store in London?
What are your opening hours?
What is your phone number?
Do you have a discount code?
How do I reset my password?
Do you offer gift wrapping?
Can I speak to a manager?
Can I talk to a human?
Which payment methods do you take?
Is there a warranty?
Do you have a loyalty program?
Can you give me a discount?
How do I delete my account?
Can I change my email address?
Do you price match?
Do you deliver to Norway?
Do you ship abroad?
What does shipping cost?
How long is the warranty?
When do I get my refund?
Where is my refund?
Can I change my password?
I want to talk to a person
Give me a phone number
Do you sell lawn mowers?
Do you have gift cards?
Can I pay with PayPal?
What's on sale?
Do you have any vouchers?
When do you open?
How can I change my name?
Are you open on Sundays?
Are you closed over the holidays?
Until what time can I call you?
Is there somebody I can ring?
Do you have a hotline?
Which number can I call?
What's your email for complaints?
Where is your head office?
Where are you located?
Is there a shop I can visit in person?
Can I pick things up in a store?
Can I collect from a locker?
How long does standard delivery usually take?
How fast is express shipping?
Do you offer next-day delivery?
Is delivery free above a certain amount?
Is shipping free?
What are the postage fees?
What's the delivery charge for big items?
Do I pay customs on parcels from you?
Do you deliver on Saturdays?
Do you send things to islands?
Do you ship to a PO box?
Which countries do you deliver to?
Can you ship to Germany?
Which courier firms do you work with in general?
Can I choose the delivery time slot?
Can I pay in cash?
Can I pay by installments?
Do you accept credit cards?
Do you take Apple Pay?
Do you take American Express?
Can I pay on delivery?
Can I use two payment methods at once?
When is my card charged?
Why was my card declined?
Why was I charged twice?
Can I get a VAT invoice?
Where can I download my invoice?
Who pays for the return postage?
How many days do I have to send things back?
Do I need the original box for a return?
Can I swap a product for another size?
Do you exchange items?
How will I be refunded, to my card?
My refund hasn't come, when will it be paid?
How does the guarantee work?
Do you repair broken devices?
Where can I buy spare parts?
Do you have a student discount?
Is there a discount for big quantities?
Where do I enter a coupon?
My promo code doesn't work
How do I earn points?
How much are your gift cards?
When is your next sale?
Will there be offers on Black Friday?
Do you restock things regularly?
When do you get new products in?
Do you sell garden furniture?
Do you have shoes in wide sizes?
Are your products made in Europe?
Are your products organic?
Do you have a catalog I can get by mail?
How do I leave a review?
How do I unsubscribe from your newsletter?
How do I sign up for the newsletter?
I forgot my password, what now?
I can't log in on my phone
How can I add a second address?
How do I add a credit card?
How do I close my account?
What do you do with my data?
Do you have an app?
Are you hiring?
Who owns this shop?
Put me through to someone in charge
I'd like a person to call me back
Can an employee phone me?
Can I leave a note for the driver?
Do you wrap presents?
Can you put a card in with a gift?
"""
