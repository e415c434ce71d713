//! What only the full widget says, in English: words for changing a password and for security info. They
//! are joined to those of `en.rs`, so that a text is a [`Text`](super::Text) wherever it comes from.

macro_rules! with_full {
    ($($lean:tt)*) => {
        catalogue! {
            { $($lean)* }

            SignInChangeHeading = "Change your password";
            SignInChangeLead = "First say who you are, with the password that you have now.";
            SignInRegisterHeading = "Your security info";
            SignInRegisterLead = "It is how you get back in if you can’t sign in. First say who you are.";
            SignInPassword = "Your password";
            SignInCurrent = "Your current password";
            SignInShow = "Show the password";
            SignInMissing = "Enter your password.";
            SignInWrong = "User ID and password don’t go together. Check both for typing mistakes.";
            SignInWrongPassword = "That isn’t the right password. Check it for typing mistakes.";
            SignInForgot = "I forgot my password";

            InfoHeading = "Your security info";
            InfoLead = "If you ever can’t sign in, you prove in one of these ways that it’s you.";
            InfoReconfirm = "It has been a while. Please check that all of this is still right and still yours.";
            InfoTallyOne = "Your organisation asks for one way to get back in. You have {0}.";
            InfoTally = "Your organisation asks for {0} ways to get back in. You have {1}.";
            InfoEnough = "That is enough.";
            InfoMissingOne = "One more is needed.";
            InfoMissing = "{0} more are needed.";
            InfoNone = "Nothing is registered yet.";
            InfoUnfinishedOne = "You can finish once one more is here. Add it below.";
            InfoUnfinished = "You can finish once {0} more are here. Add them below.";
            InfoByOrganisation = "Kept by your organisation";
            InfoUnverified = "Not confirmed yet, so it doesn’t count";
            InfoReplace = "Replace";
            InfoRemove = "Remove";
            InfoAddHeading = "Add another way";
            InfoAddFirst = "Add a way";
            InfoFinish = "Finish";
            InfoAllRight = "All of this is right";

            WayEmailAlternate = "Alternate e-mail address";
            WayEmailAuthentication = "Authentication e-mail address";
            WayEmail = "E-mail address";
            WayPhoneMobile = "Mobile phone";
            WayPhoneAuthentication = "Authentication phone";
            WayPhoneOffice = "Office phone";
            WayPhone = "Phone";
            WayQuestions = "Security questions";
            WayAuthenticator = "Authenticator app";
            WayOther = "Another way";

            EmailAddHeading = "Add an e-mail address";
            EmailAddLead = "We send a code to it, to see that it’s yours. Take one that you can read when you can’t sign in here.";
            EmailReplaceHeading = "Replace this address";
            EmailAddress = "E-mail address";
            EmailMissing = "Enter an e-mail address.";
            EmailUnusable = "That can’t be used. Check it for typing mistakes, and take one that isn’t here already.";
            PhoneAddHeading = "Add a phone";
            PhoneAddLead = "We text or call it, to see that it’s yours.";
            PhoneReplaceHeading = "Replace this phone";
            PhoneNumber = "Phone number";
            PhoneHint = "With + and the country code, for example +1 425 555 0100";
            PhoneMissing = "Enter a phone number.";
            PhoneCountry = "Begin with + and the country code, for example +1 for the United States.";
            PhoneUnusable = "That can’t be used. Check it for typing mistakes, and take one that isn’t here already.";
            PhoneHow = "How shall we check it?";
            PhoneByText = "With a text message";
            PhoneByCall = "With a call";
            Replaces = "It takes the place of ";
            Back = "Back";

            RemoveHeading = "Remove this way?";
            RemoveLead = "You won’t be able to get back in with it any more:";
            RemoveLast = "It is the last one. Without it you can’t get back in by yourself if you forget your password.";
            RemoveTooFew = "Your organisation asks for more than are left then, so you will need to add another one.";
            RemoveYes = "Remove it";
            RemoveNo = "Keep it";

            SetQuestionsHeading = "Your security questions";
            SetQuestionsLead = "Choose {0} questions with answers that only you know and won’t forget. When you need to get back in, we ask {1} of them.";
            SetQuestionsReplace = "These take the place of the questions that you have now.";
            SetQuestion = "Question {0}";
            SetQuestionChoose = "Choose a question";
            SetQuestionOwn = "My own question";
            SetQuestionWords = "Your own question {0}";
            SetAnswer = "Answer {0}";
            SetAnswerHint = "3 to 40 characters. Capital letters and extra spaces make no difference.";
            SetQuestionMissing = "Choose a question.";
            SetQuestionRepeated = "You have this question already. Take another one.";
            SetOwnMissing = "Write your question.";
            SetOwnLength = "Write a question of 3 to 200 characters.";
            SetAnswerMissing = "Type an answer.";
            SetAnswerShort = "Make it a little longer: at least 3 characters.";
            SetAnswerLong = "Make it a little shorter: up to 40 characters.";
            SetAnswerRepeated = "You have this answer already. Every answer must be another one.";
            SetAnswerGivenAway = "Your question says the answer already. Change one of the two.";
            SetAnswersUnusable = "These questions and answers can’t be used. Check each of them, or choose others.";
            SetAnswerUnusable = "This answer can’t be used. Choose another one.";
            SetQuestionsSave = "Save the questions";

            ConfirmCodeSentTo = "We sent a code with {0} digits, to see that it’s yours, to ";
            ConfirmCodeSent = "We sent a code with {0} digits, to see that it’s yours.";
            ConfirmCall = "We call it to see that it’s yours. When it rings, answer it and press the # key.";
            BackWithoutAdding = "Back without adding it";

            AppHeading = "Set up your authenticator app";
            AppScan = "Scan this with an authenticator app on your phone.";
            AppPicture = "QR code with the key for an authenticator app. The same key stands below as text.";
            AppOpen = "Open in an app on this device";
            AppCannotScan = "Can’t scan it?";
            AppType = "Type this key into the app. It is a key “based on time”.";
            AppCopy = "Copy the key";
            KeyCopied = "The key is copied.";
            AppThen = "Then type the {0} digits that the app shows.";

            DoneClose = "Done";
            DoneChangedLead = "From now on, sign in with your new password.";
            DoneRegistered = "Your security info is in order";
            DoneRegisteredLead = "You can get back in with it if you ever can’t sign in.";
        }
    };
}
