"""How customers talk when nothing is asked of the shop: paraphrases by kind."""

GREETING = """
Hi
Hello
Hey
Hey there
Good morning
Good afternoon
Good evening
Hi there!
Hello, anyone there?
hiya
Hello Headstart
Hi, I need help
Can you help me?
I have a question
yo
Hi, I have a question about my order
Can you help me out?
I need some help
Could you help me please?
Hi, can you help?
hello there
good day
I'd like to ask something
hey, got a minute?
Hi Headstart!
I need assistance
Morning!
Afternoon!
Hello again
Hi, it's me again
Howdy
Hello, is somebody there?
Hi, are you there?
Good morning, may I ask you something?
Good evening, I need a hand
Dear support team
Hey, can I ask a question?
I hope you can help me
I'd like some help please
I have a small question
Hello, I'm new here
Hi, how are you?
How's it going?
help please
Excuse me
"""
THANKS = """
Thanks
Thank you
Thanks a lot!
Great, thanks
thx
Perfect, thank you so much
Cool, thanks for the help
Awesome
ok thanks
Much appreciated
ty
Great
That's all I needed, thanks
Okay
Perfect
Cheers
Thanks, that helps
Thanks, that was quick
Thank you for your help
Thank you, you're very kind
Many thanks
Wonderful, thank you
Lovely, thanks
That's great to hear
That's good to know
That answers my question
Good, thank you
Nice one
Super
Alright, thanks
I appreciate it
You've been very helpful
Got it, thank you
Fantastic!
tysm
"""
BYE = """
Bye
Goodbye
See you
That's all, bye
Have a nice day
Bye bye
cya
I'm done, goodbye
Good night
No, that's all
Nothing else, bye
Bye for now
Bye then
See you later
See you next time
Until next time
Take care
Have a good evening
Have a great weekend
Have a nice weekend, bye
Talk to you later
I have to go now, bye
I'm off, bye
I'm leaving now
That was everything, goodbye
That would be all
No more questions
No, I'm fine, bye
Ciao
Cheerio
ttyl
"""
WHO = """
Who are you?
What are you?
What can you do?
What can you help me with?
Are you a bot?
Am I talking to a human?
What's your name?
help
How does this work?
What can I ask you?
Are you a real person?
Tell me about yourself
Who am I chatting with?
What do you do?
What is this?
Do you have a name?
Are you an AI?
What are you able to do?
Tell me what you can do for me
Who made you?
what's ur name
Are you some sort of chatbot?
Are you human or a computer?
Is there a human behind this?
Is this an automatic chat?
Am I speaking with a bot?
How can you help me?
How do I use this chat?
How do I call you?
In what ways can you be of use?
What are you here for?
What kind of things do you do?
What kind of help do I get here?
What questions do you answer?
What services do you offer in this chat?
What sort of assistant are you?
Which things can I ask you to do?
With whom am I talking?
Who is this?
Who's there?
Introduce yourself please
Please explain what you're for
I'm new here, what can you do?
I don't know what to ask you, what is possible?
who r u
your name?
"""
COMPLAINT = """
This is taking forever
I'm really annoyed
Your service is terrible
I am not happy
This is unacceptable
I'm so disappointed
You guys are useless
I'm angry about my order
This is a joke
Something is wrong with my order
I have a problem with my order
I am really unhappy with you
You messed up
My order is wrong
I got the wrong thing
I want to complain
worst shop ever
I have a complaint
I'm fed up with waiting
Nothing works here
Very bad service
Are you kidding me?
Every time I order here something goes wrong
How can you treat customers like this?
I am so angry right now
I expected much better from you
I have never been so disappointed by a shop
I have nothing but trouble with you
I regret ordering here
I will never buy here again
I'm losing my patience
I'm not satisfied at all
I've had enough of this
It's always the same with you
My order is a mess
Nobody helps me here
Something went wrong with my delivery
The box arrived open and half empty
There is a problem with what I got
This is ridiculous
This is the second time you let me down
This is really frustrating
What a disaster
What a terrible experience
You sent me the wrong item
You have ruined my day
your delivery is a catastrophe
"""
