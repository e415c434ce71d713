//! The catalogue in English: plain, calm, and never blaming the reader.

macro_rules! catalogue {
    ({ $($name:ident = $words:literal;)* } $($full_name:ident = $full_words:literal;)*) => {
        /// A text, named by what it is for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the words themselves stand beside each name")]
        pub enum Text {
            $($name,)*
            $(#[cfg(feature = "full")] $full_name,)*
        }

        pub(super) const TEXTS: &[&str] = &[
            $($words,)*
            $(#[cfg(feature = "full")] $full_words,)*
        ];
    };
}

// What only the full widget says follows, from en_full.rs.
with_full! {
    Nothing = "";
    Close = "Cancel and close";
    Cancel = "Cancel";
    Next = "Next";
    TryAgain = "Try again";
    StartAgain = "Start again";
    Working = "One moment, please.";
    Gate = "Check {0} of {1}";

    Loading = "Getting things ready…";
    FailedHeading = "We couldn’t get started";

    AskAdministrator = "None of these work for me";

    AccountHeading = "What kind of account is it?";
    AccountLead = "Choose the one that you want to get back into.";

    IdentifyHeading = "Let’s get you back in";
    IdentifyLead = "No need to panic: this happens to everyone, and it only takes a few minutes.";
    IdentifyWho = "You are in the right place if you forgot your password, or if you were sent here because you don’t have one yet.";
    UnlockHeading = "Unlock your account";
    UnlockWho = "You are in the right place if you know your password, but can’t sign in because there were too many tries.";
    UserId = "User ID";
    UserIdHint = "For example {0}";
    UserIdPlain = "What you type when you sign in, often your work or school e-mail address.";
    UserIdMissing = "Enter your user ID.";
    UserIdUnusable = "That doesn’t look like a user ID. Check it for typing mistakes.";

    CaptchaNew = "There is another one now.";
    CaptchaPicture = "A picture with six digits. You can listen to them instead.";
    CaptchaDigits = "The six digits in the picture";
    CaptchaAnother = "Another picture";
    CaptchaListen = "Listen instead";
    CaptchaMissing = "Type the six digits in the picture.";
    CaptchaWrong = "Those weren’t the digits. Try it with this picture.";
    CaptchaWorking = "Security check: {0} %";
    CaptchaDone = "The security check is done.";
    CaptchaFailed = "The security check didn’t work. Go on to try it again.";

    MethodsHeading = "Prove that it’s you";
    MethodsLead = "Choose the way that suits you. Parts of addresses and numbers are hidden for your safety.";
    ChoicesLegend = "What would you like to do?";
    ChoiceMissing = "Choose one of these.";
    GateDone = "Check {0} is done. Thank you.";
    GateOpen = "Check {0} is still needed, in another way than before.";
    KindEmail = "E-mail";
    KindSms = "Text message";
    KindCall = "Phone call";
    KindQuestions = "Security questions";
    KindAuthenticator = "Authenticator app";
    EmailAlternate = "Email my alternate address";
    EmailAuthentication = "Email my authentication address";
    Email = "Email me";
    SmsMobile = "Text my mobile phone";
    SmsAuthentication = "Text my authentication phone";
    Sms = "Text me";
    CallMobile = "Call my mobile phone";
    CallAuthentication = "Call my authentication phone";
    CallOffice = "Call my office phone";
    Call = "Call me";
    Questions = "Answer my security questions";
    Authenticator = "Use my authenticator app";
    OtherMethod = "Another way";
    SendCode = "Send the code";
    AnswerThem = "Answer the questions";
    Destination = "Type the whole address or number";
    DestinationHint = "So that we know that you know it.";
    DestinationMissing = "Type the whole address or number.";
    DestinationUnusable = "That can’t be used. Check it for typing mistakes.";

    CodeHeading = "Enter the code";
    CodeSentTo = "We sent a code with {0} digits to ";
    CodeSent = "We sent you a code with {0} digits.";
    CodeByApp = "Open your authenticator app and type the {0} digits that it shows.";
    CodeByAppHint = "The app shows a new one every half minute. Type the one that it shows now.";
    CodeWait = "It can take a minute or two.";
    CodeWaitMail = "It can take a minute or two. If it doesn’t come, look in the spam folder.";
    CodeRead = "The code from the text message is filled in.";
    Code = "Code";
    CodeMissing = "Enter the code.";
    CodeLength = "Enter all {0} digits of the code.";
    CodeWrong = "That isn’t the right code. Check it and try again.";
    CodeWrongLastTry = "That isn’t the right code. You have one more try.";
    CodeWrongTries = "That isn’t the right code. You have {0} more tries.";
    CodeExpired = "This code is too old. Ask for a new one.";
    CodeUnusable = "That can’t be a code. Check it and try again.";
    CodeGoodFor = "The code is good for {0}.";
    CodeGone = "The code is no longer good. Ask for a new one.";
    Verify = "Check the code";
    Resend = "Send a new code";
    ResendIn = "Send a new code in {0}";
    NoMoreResends = "No more codes can be sent this time.";
    CodeResent = "We sent you a new code. Only the newest one works.";
    AnotherWay = "Choose another way";

    CallHeading = "Answer your phone";
    CallLead = "When it rings, answer it and press the # key.";
    CallTo = "We call ";
    Calling = "We are calling you.";
    CallRinging = "Your phone is ringing.";
    CallAnswered = "You answered. Now press the # key.";
    CallNoAnswer = "Nobody answered.";
    CallWrongKey = "That was another key. Press the # key.";
    CallFailed = "We couldn’t reach your phone.";
    CallAgain = "Call me again";
    NoMoreCalls = "No more calls this time";

    QuestionsHeading = "Answer your security questions";
    QuestionsLead = "Answer as you did when you chose them. Capital letters and extra spaces make no difference.";
    AnswerMissing = "Type your answer.";
    AnswersWrong = "Not all of these answers match. Check them and try again.";
    AnswersWrongLastTry = "Not all of these answers match. You have one more try.";
    AnswersWrongTries = "Not all of these answers match. You have {0} more tries.";
    AnswersUnusable = "One of these can’t be an answer. Check them for typing mistakes.";

    ContactHeading = "Your administrator can help";
    ContactDisabled = "In your organisation, passwords are not reset on this page. Its administrators do it for you.";
    ContactSecondGate = "Thank you, the first check is done. A second one is needed, in another way, and your account has none. Your organisation’s administrators can help you on.";
    ContactAsked = "Your organisation’s administrators can get you back in when nothing here works for you.";
    ContactPage = "Go to their page (in a new tab)";
    Message = "Your message (optional)";
    MessageHint = "Tell them what happened and how to reach you, but no password. Up to 1000 characters.";
    MessageRoomForOne = "You can write 1 more character.";
    MessageRoom = "You can write {0} more characters.";
    MessageOver = "{0} characters too many.";
    MessageTooLong = "Make it a little shorter: up to 1000 characters.";
    MessageUnusable = "This can’t be sent. Try it in other words, or without a message.";
    SendRequest = "Send the request";

    OutcomeHeading = "Unlock, or a new password?";
    OutcomeLead = "Thank you, now we know that it’s you.";
    OutcomeUnlock = "Unlock my account";
    OutcomeUnlockMeans = "You keep your password. Choose this if you know it.";
    OutcomeReset = "Choose a new password";
    OutcomeResetMeans = "Choose this if you forgot your password, or if someone else may know it. Your account is unlocked too.";

    PasswordHeading = "Choose a new password";
    PasswordFirstHeading = "Choose a password";
    ChangeHeading = "Change your password";
    PasswordLead = "A few words that only you would put together are easy to remember and hard to guess.";
    CurrentPassword = "Current password";
    NewPassword = "New password";
    ConfirmPassword = "New password again";
    ShowLabel = "Show passwords";
    HideLabel = "Hide passwords";
    Shown = "The passwords are shown.";
    Hidden = "The passwords are hidden.";
    CapsLock = "Caps Lock is on.";
    Suggest = "Suggest one";
    SuggestAnother = "Another one";
    SuggestCharacters = "As characters";
    SuggestWords = "As words";
    SuggestionGiven = "It is filled in twice. Keep it where only you will find it.";
    SuggestionFailed = "We can’t suggest one just now. Choose one of your own.";
    Copy = "Copy";
    Copied = "Copied";
    StrengthLabel = "Strength";
    StrengthIs = "Strength: {0}. Guessing it would take {1}.";
    StrengthVeryWeak = "very weak";
    StrengthWeak = "weak";
    StrengthFair = "fair";
    StrengthGood = "good";
    StrengthStrong = "strong";
    TimeCenturies = "centuries";
    TimeYears = "years";
    TimeMonths = "months";
    TimeDays = "days";
    TimeHours = "hours";
    TimeMinutes = "minutes";
    TimeSeconds = "seconds";
    TimeNone = "less than a second";
    GuessKeys = "Keys next to each other are easy to guess.";
    GuessRepeats = "Repeats such as aaa or abcabc are easy to guess.";
    GuessSequences = "Sequences such as abc or 6543 are easy to guess.";
    GuessDates = "Dates and years are easy to guess.";
    GuessTopTen = "It is one of the ten passwords that most people use.";
    GuessTopHundred = "It is one of the hundred passwords that most people use.";
    GuessCommon = "It is much like what many people use.";
    GuessWord = "A word by itself is easy to guess.";
    GuessNames = "Names by themselves are easy to guess.";
    UseWords = "Use a few words that don’t usually stand together.";
    NoNeed = "There is no need for symbols, digits or capitals.";
    AnotherWord = "Add another word or two, less common ones.";
    CapitalsDontHelp = "Capitals don’t help much.";
    BackwardsDoesntHelp = "Words written backwards don’t help much.";
    LookAlikesDontHelp = "Look-alikes such as @ for a don’t help much.";
    MoreKeys = "Use more keys, with more turns.";
    AvoidYears = "Avoid dates and years that have to do with you.";
    RulesHeading = "A good password here";
    RuleMet = "Done: ";
    RuleOpen = "To do: ";
    RuleMin = "has at least {0} characters";
    RuleMax = "has at most {0} characters";
    RuleClasses = "mixes at least {0} of: small letters, capital letters, digits, symbols";
    RuleDifferent = "has at least {0} different characters, capitals and look-alikes such as 0 and o counting as one";
    RuleUserId = "does not contain your user ID";
    RuleWord = "does not contain “{0}”";
    RuleBroken = "Not kept: ";
    RuleLater = "; we check that when you finish";
    RuleLooking = "; we are looking that up";
    RuleScore = "is hard to guess";
    RuleLeak = "is in no list of stolen passwords";
    RuleServer = "is not a common, forbidden or former one";
    RuleBanned = "The password is made of little more than words that are easily guessed here. Choose another one.";
    RuleCommon = "Too many people use this password. Choose another one.";
    RuleBreached = "This password is in a list of stolen passwords. Choose another one.";
    RuleReused = "You have used this password before. Choose another one.";
    RuleOther = "The password does not keep your organisation’s rules. Choose another one.";
    RuleRefused = "The password can’t be used: it should be one that {0}.";
    PasswordMissing = "Enter a new password.";
    CurrentMissing = "Enter your current password.";
    CurrentWrong = "That isn’t your current password.";
    ConfirmMissing = "Type the new password again.";
    BreaksRules = "The list below says what the password still needs.";
    Same = "The two passwords are the same.";
    Different = "The two passwords are not the same.";
    Finish = "Finish";
    Submit = "Submit";

    DoneReset = "Your password has been reset";
    DoneUnlocked = "Your account has been unlocked";
    DoneChanged = "Your password has been changed";
    DoneOther = "All done";
    DoneLead = "You can sign in with your new password now.";
    DoneUnlockedLead = "Your password is the same as before. You can sign in with it now.";
    DoneRequest = "Your request has been sent";
    DoneRequestLead = "Your organisation’s administrators have it and will be in touch with you. There is nothing more to do here.";
    DoneOtherLead = "You can sign in now.";
    DoneNotified = "We have sent you a confirmation. If it tells you of a change that wasn’t yours, do what it says right away.";
    DoneElsewhere = "On your other devices you may have to sign in again.";
    BackToSignIn = "Back to sign in";
    SecurityInfoDue = "Your organisation asks you to look at your security info: it is how you get back in if you can’t sign in.";
    ToSecurityInfo = "Look at it now";

    EndedExpired = "Your time ran out";
    EndedExpiredLead = "For your safety this ends after a while. Nothing has been changed. You can start again right away.";
    EndedAttempts = "Too many tries";
    EndedAttemptsLead = "To protect your account this attempt has ended. Nothing has been changed.";
    EndedAttemptsWait = "You can try again in {0}.";
    EndedCancelled = "This attempt has ended";
    EndedCancelledLead = "Nothing has been changed here. You can start again if you still need to.";
    EndedSession = "This session is over";
    EndedSessionLead = "It was open for too long, or it went on somewhere else. You can start again right away.";

    UnknownHeading = "Let’s finish this another way";
    UnknownLead = "The next step doesn’t work on this page.";
    UnknownPage = "Go on with the full page";
    HelpLead = "Need a hand? Your organisation can help you:";
    HelpNobody = "Please ask your organisation’s administrator for help.";
    HelpPage = "Help page";

    Offline = "You are offline. What you typed is still here; we will send it when the connection is back.";
    Unreachable = "We can’t reach the server from here. Check your connection; a VPN, a proxy or a content blocker can also be in the way. What you typed is still here.";
    ServerFault = "The server has a problem. It isn’t you, and what you typed is still here.";
    Busy = "That was a lot in a short time. Take a short break; what you typed is still here.";
    BusyIn = "You can go on in {0}.";
    BusyOver = "You can go on now.";
    Refused = "That didn’t work, and trying the same again won’t help. Start again, or ask for help.";
    RetryIn = "We will try again in {0}.";

    FlowEnding = "This ends in {0}. Finish this step before then, or start again for more time.";
    CodeEndsSoon = "The code is good for {0} more.";
    FlowEndsSoon = "This ends in {0}. Finish this step, or start again for more time.";
    RulesMet = "{0} of {1} rules for the password are met.";
    Second = "1 second";
    Seconds = "{0} seconds";
    Minute = "1 minute";
    Minutes = "{0} minutes";
    Hour = "1 hour";
    Hours = "{0} hours";
}
