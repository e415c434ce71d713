//! The catalogue in English: plain, calm, and never blaming the reader.

macro_rules! catalogue {
    ($($name:ident = $words:literal;)*) => {
        /// A text, named by what it is for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the words themselves stand beside each name")]
        pub enum Text { $($name),* }

        pub(super) const TEXTS: &[&str] = &[$($words),*];
    };
}

catalogue! {
    Close = "Cancel and close";
    Cancel = "Cancel";
    Next = "Next";
    TryAgain = "Try again";
    StartAgain = "Start again";
    Working = "One moment, please.";
    Gate = "Check {0} of {1}";

    Loading = "Getting things ready…";
    FailedHeading = "We couldn’t get started";

    IdentifyHeading = "Let’s get you back in";
    IdentifyLead = "No need to panic: this happens to everyone, and it only takes a few minutes.";
    IdentifyWho = "You are in the right place if you forgot your password, or if you were sent here because you don’t have one yet.";
    UserId = "User ID";
    UserIdHint = "For example {0}";
    UserIdPlain = "What you type when you sign in, often your work or school e-mail address.";
    UserIdMissing = "Enter your user ID.";
    UserIdUnusable = "That doesn’t look like a user ID. Check it for typing mistakes.";

    CaptchaNew = "There is another one now.";

    MethodsHeading = "Prove that it’s you";
    MethodsLead = "Choose how you want to receive a code. Parts are hidden for your safety.";
    MethodsLegend = "Send a code";
    MethodsAnother = "Thank you, the first check is done. For your safety there is one more, of another kind.";
    EmailAlternate = "Email my alternate address";
    EmailAuthentication = "Email my authentication address";
    Email = "Email me";
    SmsMobile = "Text my mobile phone";
    SmsAuthentication = "Text my authentication phone";
    Sms = "Text me";
    CallMobile = "Call my mobile phone";
    CallOffice = "Call my office phone";
    Call = "Call me";
    Questions = "Answer my security questions";
    Authenticator = "Use my authenticator app";
    OtherMethod = "Another way";
    SendCode = "Send the code";
    MethodMissing = "Choose one of these.";
    Destination = "Type the whole address or number";
    DestinationHint = "So that we know that you know it.";
    DestinationMissing = "Type the whole address or number.";
    DestinationUnusable = "That can’t be used. Check it for typing mistakes.";

    CodeHeading = "Enter the code";
    CodeSentTo = "We sent a code with {0} digits to ";
    CodeSent = "We sent you a code with {0} digits.";
    CodeByApp = "Open your authenticator app and type the {0} digits that it shows.";
    CodeWait = "It can take a minute or two. If it doesn’t come, look in the spam folder.";
    Code = "Code";
    CodeMissing = "Enter the code that we sent you.";
    CodeLength = "Enter all {0} digits of the code.";
    CodeWrong = "That isn’t the code that we sent. Check it and try again.";
    CodeWrongLastTry = "That isn’t the code that we sent. You have one more try.";
    CodeWrongTries = "That isn’t the code that we sent. You have {0} more tries.";
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

    PasswordHeading = "Choose a new password";
    PasswordFirstHeading = "Choose a password";
    PasswordLead = "A few words that only you would put together are easy to remember and hard to guess.";
    CurrentPassword = "Current password";
    NewPassword = "New password";
    ConfirmPassword = "New password again";
    ShowLabel = "Show the passwords";
    RulesHeading = "A good password here";
    RuleMet = "Done: ";
    RuleOpen = "To do: ";
    RuleMin = "has at least {0} characters";
    RuleMax = "has at most {0} characters";
    RuleClasses = "mixes at least {0} of: small letters, capital letters, digits, symbols";
    RuleUserId = "does not contain your user ID";
    RuleWord = "does not contain “{0}”";
    RuleServer = "is not one that is easily guessed; we check that when you finish";
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
    Different = "The two passwords are not the same.";
    Finish = "Finish";

    DoneReset = "Your password has been reset";
    DoneUnlocked = "Your account has been unlocked";
    DoneChanged = "Your password has been changed";
    DoneOther = "All done";
    DoneLead = "You can sign in with your new password now.";
    DoneUnlockedLead = "You can sign in with your password now.";
    DoneNotified = "We have sent you a confirmation. If it tells you of a change that wasn’t yours, do what it says right away.";
    DoneElsewhere = "On your other devices you may have to sign in again.";
    BackToSignIn = "Back to sign in";

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
