"""How customers ask about their own account: paraphrases by kind."""

EMAIL = """
What's my email?
What email do you have for me?
Which email address is on my account?
my email address?
Which mail address did I sign up with?
What e-mail is registered for me?
Can you tell me the email on file?
At which email do you reach me?
To which email do your messages go?
To what mail address do you send my confirmations?
Where do you mail my invoices?
Where do your emails to me go?
Which inbox are your mails sent to?
Which of my email addresses do you have?
Which email did I use when I registered?
Which e-mail did I leave with you?
Which mail is linked to my account?
What e-mail address do you use to write to me?
What mail address is stored for me?
What is the email I'm registered under?
What's the mail address in my profile?
Is my gmail on the account or another one?
Is it my work email or my private one you have?
Did I give you my work email?
Do you have the right email for me?
Do you have an email for me on file?
Can you show me my email address?
Can you check what email I gave?
Could you read out my e-mail address?
Could you tell me my registered email?
I get no mails from you. Which address do you write to?
I have several mail accounts, which one do you have?
I forgot with which email I signed up
I'd like to know the email on my account
I don't remember the e-mail I gave you
I want to check my email address with you
Please confirm my email
Please tell me the mail address on my profile
email on file?
registered mail?
Where would a receipt from you land?
Where do your newsletters go to?
If you wrote to me now, where would it arrive?
Into which mailbox do my receipts drop?
Which mailbox gets the order confirmations?
What's the address after "to" in the mails you write me?
Where do you send the shipping notices?
Where do the confirmations end up?
How do you reach me in writing?
How can you contact me online?
What contact do you have for me?
Which electronic address is tied to me?
I can't find your mails anywhere, what did I put down?
My confirmation never showed up. Which inbox did it go to?
I think there is a typo in my mail, can you read it out?
Am I still down with my old email?
Is there a typo in my email?
Is my hotmail still the one you use?
Does my account run on gmail or on something else?
Which of my two mailboxes is it?
Spell my e-mail for me please
Could you spell out the mail you have?
Tell me where my invoices get mailed
Under what mail do I run with you?
Want to know which mail i used here
Did I use a dot in my email address?
Your mails, where do they go?
the mail on record
my mail with you?
contact email?
which inbox
what email am I under
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
At which address am I registered?
To which address do my parcels usually go?
To what address will you send things if I say nothing?
Where do you think I live?
Where do my parcels normally go?
Where do I live according to your records?
Where will new orders be delivered?
Which street do you have for me?
Which home address is saved with you?
Which postal address is on file?
Which house number do you have for me?
What street is on my account?
What postcode do you have for me?
What home address did I enter?
What is my address in your system?
what is my address saved there
What's my shipping address on the account?
Is my address still the old one?
Is my address up to date with you?
Do you have my new address already?
Do you have my old or my new address?
Do you know where I live?
Did I ever give you my current address?
Can you show me my saved address?
Can you read my address back to me?
Could you check which address I have on file?
Could you tell me my default shipping address?
I moved last year, which address do you have now?
I'm not sure which address I gave you
I'd like to check my home address with you
I want to make sure you have the right address for me
Please confirm the address on my account
Please tell me what address is stored for me
saved address?
address on file?
Which place do you send my stuff to?
Which door do you deliver to?
At whose door do my things end up?
Where does everything I buy get sent?
Where does the driver bring my things?
Where do you bring my things when I say nothing else?
Where will the next thing I buy turn up?
Where am I living, as far as you know?
Where am I down as living?
Where do you have me living?
Where's home for me, according to you?
To which house do you send things for me?
Which flat do you have me at?
What town do you have me in?
Which city am I in, in your files?
Which zip is on my profile?
What's the zip code you hold for me?
What's the number of my house in your records?
What does my label say, usually?
What's written on my parcels as destination?
What do you print on my labels?
What's my usual drop-off place?
What's the standard destination for my orders?
Am I still at the old place in your system?
Do you still have me at my old flat?
Have you got my new flat or the one before?
Did the change of my street make it into the system?
Did my move get noted?
I've moved twice. Where am I registered now?
I moved in spring and wonder what you've got
I can't recall whether I ever gave you my new street
Just making sure you know where to find me
Would a parcel reach me at home? Where is that for you?
Spell out my street for me
Read me the street and number you have
If I ordered now, where would it go?
Where would you ship it if I bought something today?
shipping details on my profile?
home address in the system
my street?
where do i live
delivery address on my account pls
"""
OWN_NAME = """
What's my name?
What name is on my account?
Which name do you have for me?
Do you know my name?
Under what name is my account?
Who am I?
How am I called in your system?
How is my name spelled on my account?
How do you have my name written down?
Did I spell my name right on the account?
Is my name spelled correctly with you?
Is my full name on the account?
Is the account in my name or my husband's?
What do you call me in your files?
What am I called on the account?
What full name do you have on record for me?
What first and last name did I give?
What name did I register with?
What name is printed on my account?
what is my name please
Which name did I sign up with?
Which name is stored for me?
In whose name is this account?
To whom does this account belong?
Whose account is this?
Whose name is on this account?
Who is signed in at the moment?
Who do you think I am?
Who is the account holder?
Can you tell me who I am?
Can you say my name?
Could you tell me the name on the account?
Do you know who I am?
I'd like to check the name you have for me
I recently married, which name is still on my account?
I want to be sure my name is right in your records
Please tell me my name as you have it
Please confirm my name
name on my account?
my full name?
How do you address me?
What would you write on my envelope as name?
Who do you have me down as?
Under which name do I shop here?
Which name stands on my bills?
What surname have you got for me?
What's my last name in your files?
Is it my maiden name you have?
Am I registered with my middle name?
Did I register under my nickname?
Is there a typo in my name?
Who's the person behind this account?
Tell me who I am to you
the name you have
what name am i under
"""
USER_NAME = """
What's my user name?
What is my username?
What is my login name?
What do I log in with?
What do I type as user name when I sign in?
What user name do I have?
What user name did I pick?
What's my login?
What is my user ID?
What's my customer ID?
What's my customer number?
what is my username please
What's my account called?
What is the id of my account?
What handle am I signed in with?
Which user name am I using?
Which user name belongs to me?
Which login did I choose?
Which account am I logged in to?
Which user am I?
With what user name did I register?
Under which user name do you have me?
As which user am I signed in?
Can you tell me my user name?
Can you remind me of my login?
Could you look up my username?
Could you give me my customer id?
Do I have a customer number?
Do you know my login name?
I forgot my user name
I can't recall the name I log in with
I need my customer number for a form
I'd like to know my user ID
Please tell me my user name
Please give me my customer ID
login name?
user id?
What do I enter above the password?
What do I put in the first field at sign-in?
Which nick do I have here?
How am I called when I log in?
Under which handle do I shop?
What's the short name of my account?
I want to sign in on my other laptop, what is my user name?
I'm filling in a form that wants my customer id
My app asks for the login, which is it?
They want a customer number from me, what is it?
What number do you keep me under?
Which id belongs to me?
Tell me my own login
whats my handle
"""
SINCE = """
Since when am I a customer?
How long have I been a customer?
When did I create my account?
When did I sign up?
For how long have I been with you?
For how many years have I been shopping here?
From what date am I registered?
How long am I customer here?
How long have I had this account?
How long have I been registered?
How long ago did I join?
How long ago did I open my account?
How many years am I a customer already?
How old is my account?
In which year did I become a customer?
In what month did I open the account?
On which day did I join?
On what date was my account opened?
Since when do I have an account with you?
Since when have I been buying here?
Since when do you know me?
What's the start date of my account?
What day did I register?
What is my sign-up date?
When did I become a customer?
When did I join you?
When did I register?
When did I first sign up with you?
When was my account created?
When was this account opened?
when i made my account?
Am I a customer for more than a year now?
Have I been with you for long?
Can you tell me when I joined?
Could you see since when I am registered?
I wonder how long I've been a customer
I'd like to know when I opened my account
Please tell me the date I signed up
customer since?
member since when?
account creation date?
How long have we known each other?
How long do we go back, you and me?
How far back does my account go?
How many years have you had me?
How loyal have I been, since when am I here?
What year did I start shopping here?
What year is my account from?
When did I start with you?
When did it all begin with my account?
When did you first get to know me?
When did I open up here?
When did my time with you begin?
When's my anniversary with your shop?
Which year did I join in?
Which day did I set up the account?
Am I an old customer or a new one?
Am I a new customer to you?
Am I one of your older customers?
Was it last year that I signed up?
Have I been here for ages?
Has my account been around for long?
I must have been with you for years, how many?
I forgot when I made this account
Tell me how old my account is
Day of my registration?
joined when?
account age
since when with you
"""
ACCOUNT = """
Show me my account details
What do you know about me?
my account
What's in my account?
Show my profile
Give me my account information
All you have stored about me, please
All the data on my account please
Can I see my account?
Can I see my personal data?
Can you show me what's stored about me?
Can you give me all my details?
Could you list my account data?
Could I see my profile, please?
Could you read me my account information?
Do you have my details?
I'd like to see my account details
I'd like to check my data
I'd like to go over my personal details with you
I want to verify my account details
I want to know what data you keep on me
I want to see my customer data
Let me see my account
Are my details correct in your system?
Is everything in my profile up to date?
Please show me my account
Please tell me what's on my profile
Pull up my account
Open my account
Read me my data
Tell me everything about my account
What data do you have about me?
What details do you have for me?
What information about me is stored?
What personal information do you hold on me?
What's on my profile?
What have you got on file about me?
Which details of mine do you know?
Which personal data of mine do you have?
account details
my profile
my data
customer profile please
personal details?
What's in my file?
What do your records say on me?
What's everything you have on me?
Which facts do you keep about my person?
Who am I and where do I live, as you have it?
What does my customer record look like?
Can I have a copy of my data?
I want a look at my own record
Dump my profile
Print my details
My details, all of them
my info
account info pls
tell me all you know of me
"""
