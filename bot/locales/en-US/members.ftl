consent-notice = **Before the first draft**
    Colophon keeps a record of what you make here: your prompts, settings, uploads and choices, with their times. It is your evidence of authorship.
    • Your words are stored encrypted on this operator's machine; nothing is generated before it is recorded.
    • You can export everything with `/evidence export`; moderators see without reading unless they state a reason that you can see too.
    • On request your words are erased; what remains is that something was erased.
    • Every image carries a label that AI made it. The record proves what and when, not originality.
consent-agree = I agree
consent-thanks = Thank you. Now run your command once more.
