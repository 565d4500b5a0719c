cmd-ask = ask
cmd-ask-desc = Ask about art, copyright and AI; the answer cites its sources
opt-ask-question = question
opt-ask-question-desc = Your question, in English or Chinese
opt-ask-jurisdiction = jurisdiction
opt-ask-jurisdiction-desc = Whose law you ask about
opt-ask-private = private
opt-ask-private-desc = Show the answer to you alone
ask-not-advice = General information, not legal advice.
ask-reading = Reading:
ask-correction = Not quite: { $truth }
ask-as-of = as of { $date }
ask-in-practice = In practice
ask-sources-button = { $count ->
    [one] Source
   *[other] Sources ({ $count })
}
ask-further-button = Ask further
ask-further-title = Ask further
ask-further-question = Your next question
ask-further-example = and if I repaint half of it by hand?
ask-further-place = Or the same for another place
ask-rated-helpful = Thank you. Your vote is kept without your name.
ask-rated-unhelpful = Your vote is kept without your name, and the moderators see it. What was wrong?
ask-rated-why = Thank you. The moderators see the reason too.
ask-reason-choose = Choose a reason
ask-reason-wrong = Something in it is wrong
ask-reason-outdated = It is out of date
ask-reason-beside = It answers something else
ask-reason-unclear = It is hard to understand
ask-reason-missing = Something important is missing
ask-not-covered = My facts do not cover this, and I do not guess.
ask-not-covered-there = My facts do not cover this for the place you chose; for other places they do. Ask again without a jurisdiction to see those.
ask-what-is-covered =
    I can answer questions about:
    - copyright and AI in the United States, China, the EU, the UK and parts of Asia
    - training on artworks, AI labels, deepfakes, and what counts as evidence of authorship
    - licences of image models, and the rules of platforms and stock sites
    - art styles, composition, colour, and drafting technique

    For example: “Who owns a picture made with AI?” or “How strong should img2img be?”
ask-error-empty = The question has no words, so nothing was looked up. Ask in a sentence, for example: Who owns a picture made with AI?
ask-error-too-long = The question has { NUMBER($length, useGrouping: 0) } characters, the limit is { NUMBER($limit, useGrouping: 0) }. Nothing was looked up; shorten it and ask again.
ask-error-sources-gone = The facts behind this answer have been replaced since. Ask again for an answer with current sources.
ask-place-us = United States
ask-place-cn = China (mainland)
ask-place-eu = European Union
ask-place-uk = United Kingdom
ask-place-de = Germany
ask-place-cz = Czechia
ask-place-jp = Japan
ask-place-kr = South Korea
ask-place-tw = Taiwan
ask-place-hk = Hong Kong
ask-place-sg = Singapore
ask-place-in = India
ask-place-ca = Canada
ask-place-au = Australia
ask-place-int = International
ask-kind-statute = Statute
ask-kind-regulation = Regulation
ask-kind-case = Case
ask-kind-guidance = Official guidance
ask-kind-report = Official report
ask-kind-standard = Standard
ask-kind-practice = Practice
ask-kind-licence = Licence
ask-kind-policy = Platform policy
ask-kind-art = Art
ask-kind-technique = Technique
ask-confidence-high = well supported
ask-confidence-medium = one good source or an open point
ask-confidence-low = a lead; check before use
