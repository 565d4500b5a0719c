cmd-publish = publish
cmd-publish-desc = Show your finished piece to the community
opt-publish-project = project
opt-publish-project-desc = Which one; your current project if you leave it out
opt-publish-licence = licence
opt-publish-licence-desc = What others may do with it; nothing if you leave it out
opt-publish-picture = picture
opt-publish-picture-desc = Which picture; the newest edit or choice if you leave it out
opt-publish-name = name
opt-publish-name-desc = Under which name
choice-publish-arr = all rights reserved
choice-publish-own = my own words
choice-publish-display = my name here
choice-publish-pseudonym = my pseudonym in the record
publish-preview = This is what will be shown in <#{ $channel }>. Nothing is shown yet. Once it is, others can keep copies, and a licence that you give cannot be taken back from them. The first showing is recorded with its time, before anybody sees it.{ $own ->
    [yes] { " " }You are asked for your own terms next.
   *[no] { "" }
}
publish-button = Publish
publish-by = by { $name }{ $more ->
    [0] { "" }
    [one] { " " }and one more
   *[other] { " " }and { $more } more
}
publish-made = How it was made
publish-did = People wrote { $briefs ->
    [one] one brief
   *[other] { NUMBER($briefs, useGrouping: 0) } briefs
}, decided { $choices ->
    [one] once
   *[other] { NUMBER($choices, useGrouping: 0) } times
} among { $candidates ->
    [one] one picture that a model drew
   *[other] { NUMBER($candidates, useGrouping: 0) } pictures that a model drew
}, and brought home { $edits ->
    [0] no edit by hand.
    [one] one edit by hand.
   *[other] { NUMBER($edits, useGrouping: 0) } edits by hand.
}
publish-licence = Licence
publish-licence-arr = All rights reserved
publish-licence-by = CC BY 4.0: use and change it, with the name
publish-licence-by-sa = CC BY-SA 4.0: use and change it, with the name, under the same licence
publish-licence-by-nc = CC BY-NC 4.0: use and change it, with the name, not for profit
publish-licence-zero = CC0 1.0: no rights reserved
publish-licence-asked = Your own words
publish-label = Label
publish-label-ai = AI-generated content: artificially generated or manipulated (EU AI Act, Art. 50), synthesised by artificial intelligence (China, GB 45438-2025). The file carries machine-readable marks and content credentials.
publish-done = It stands here: { $link }
publish-already = It stands there already: { $link } Nothing new was recorded.
publish-withdraw = Take it down
publish-withdrawn = It is taken down, and that is recorded. That it was shown, and when, stays in your record.
publish-withdrawn-left = It is recorded as taken down, but I could not delete the message. Please ask a moderator to delete it.
publish-terms-form = Your own terms
publish-terms-label = What others may do with it
publish-terms-label-desc = Shown beside the piece, and recorded
error-publish-unfinished = The piece is not finished yet. Nothing was recorded or shown; say with `/project finish` what it is called and what you claim, then publish it.
error-publish-picture = There is no such picture to show: it has to be one that was chosen, or an edit of one, and not erased. Nothing was recorded or shown; choose one that is offered while you type.
error-publish-unconfirmed = You make this piece together, and not all of you have confirmed their rows. Nothing was recorded or shown; each does that with `/project share`.
error-publish-direct = A piece is shown in a server. Nothing was recorded or shown; use the command in one.
error-publish-closed = I may not post pictures in <#{ $channel }>, so nothing is shown. It is recorded as #{ NUMBER($number, useGrouping: 0) }; once a moderator lets me, press Publish again and it is the same record.
error-publish-away = The chat did not take the post, so nothing may be shown. It is recorded as #{ NUMBER($number, useGrouping: 0) }; press Publish again in a moment, it is the same record.
error-publish-not-yours = There is no such piece of yours. Nothing was changed.
error-publish-down = It was taken down before. Nothing was changed.
event-piece-published = About to be shown
event-piece-shown = Shown
event-piece-withdrawn = Taken down
project-check-there-published = First shown ({ $events }).
