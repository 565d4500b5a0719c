cmd-project = project
cmd-project-desc = What you are making, and what its record holds
cmd-project-new = new
cmd-project-new-desc = Begin a piece; say first what you mean to make
cmd-project-list = list
cmd-project-list-desc = All your projects
cmd-project-switch = switch
cmd-project-switch-desc = Go on with another of your projects
cmd-project-show = show
cmd-project-show-desc = What your current project holds
cmd-project-intent = intent
cmd-project-intent-desc = Seal what you mean to make, in your own words
cmd-project-note = note
cmd-project-note-desc = Put a note into the record
cmd-project-attach = attach
cmd-project-attach-desc = Bring home an edit made elsewhere, or material
cmd-project-check = check
cmd-project-check-desc = What an office or court would still miss in this record
cmd-project-finish = finish
cmd-project-finish-desc = Say that it is finished, and what of it you claim
opt-project-title = title
opt-project-title-desc = A working title
opt-project-intent = intent
opt-project-intent-desc = What you mean to make; sealed before the first draft
opt-project-project = project
opt-project-project-desc = Which one
opt-project-text = text
opt-project-intent-text-desc = What it is to show, and how
opt-project-note-text-desc = What you decided, tried or saw
opt-project-operation = operation
opt-project-operation-desc = What was done, and with what
opt-project-made-by = made-by
opt-project-made-by-desc = Who made it, or made the change
opt-project-of = of
opt-project-of-desc = What it changes; the candidate you chose last if you leave it out
opt-project-country = country
opt-project-country-desc = Whose offices and courts
choice-made-by-hand = me, by hand
choice-made-by-model = another AI tool
choice-made-by-person = somebody else
choice-made-by-unknown = I do not know
project-opened = **{ $title }** is open, and what you make from now on belongs to it. { $intent ->
    [yes] Your intent is sealed before the first draft.
   *[no] Say what you mean to make with `/project intent`, best before the first draft.
}
project-switched = **{ $title }** is your current project now.
project-intent-sealed = { $before ->
    [0] Your intent is sealed before the first draft.
    [one] Your intent is recorded. One brief came before it, so it does not show that the idea came first.
   *[other] Your intent is recorded. { NUMBER($before, useGrouping: 0) } briefs came before it, so it does not show that the idea came first.
}
project-noted = Your note is recorded.
project-attached = The picture is recorded as material from elsewhere, with what you said of it.
project-edited = Recorded as an edit of #{ NUMBER($number, useGrouping: 0) }: { $percent } % of the picture differ{ $regions ->
    [one] , in one place ({ NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } pixels at { NUMBER($left, useGrouping: 0) }, { NUMBER($top, useGrouping: 0) }).
   *[other] , in { $regions } places; the largest is { NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } pixels at { NUMBER($left, useGrouping: 0) }, { NUMBER($top, useGrouping: 0) }.
}{ $resized ->
    [yes] { " " }The sizes differ, so the earlier picture was scaled for the comparison.
   *[no] { "" }
}
project-of-nothing = nothing here: it is material from elsewhere
project-finish-form = The finished piece
project-finish-title = Title
project-finish-claim = What you claim
project-finish-claim-desc = Which parts are yours, and which the machine made
project-finish-example = The composition and the repainted sky are mine; the boats are generated.
project-finished = **{ $title }** is recorded as finished, with what you claim. `/project check` says what is still missing, `/evidence export` gives you the file.
project-listed = - **{ $title }** · { $events ->
    [one] one event
   *[other] { NUMBER($events, useGrouping: 0) } events
} · since { $since }{ $current ->
    [yes] { " " }· current
   *[no] { "" }
}
project-listed-more = … and { NUMBER($count, useGrouping: 0) } older ones.
project-holds = { $intents ->
    [0] No intent
    [one] An intent
   *[other] { NUMBER($intents, useGrouping: 0) } intents
} · briefs: { NUMBER($briefs, useGrouping: 0) } · candidates: { NUMBER($candidates, useGrouping: 0) } · choices: { NUMBER($choices, useGrouping: 0) } · edits: { NUMBER($edits, useGrouping: 0) } · material: { NUMBER($uploads, useGrouping: 0) } · notes: { NUMBER($notes, useGrouping: 0) } · { $statements ->
    [0] not finished
   *[other] finished
}
    { $events ->
        [one] One event in all.
       *[other] { NUMBER($events, useGrouping: 0) } events in all; the newest:
    }
error-project-none = You have no project yet. Begin one with `/project new`, or just draft something with `/draft`.
error-project-unknown = You have no such project. Nothing was changed; choose one that is offered while you type.
error-project-erased = The words and pictures of this project were erased, so it cannot be gone on with. Nothing was changed.
error-attach-of = There is no such picture in this project. Nothing was recorded; choose one that is offered while you type, or leave it out.
error-attach-unchanged = The picture does not differ from #{ NUMBER($number, useGrouping: 0) }, so there is no edit to record. Nothing was recorded; attach the changed one, or say with `of` what it changes.
error-text-empty = There are no words in it, so nothing was recorded. Say it in a few words.
error-text-too-long = The text has { NUMBER($length, useGrouping: 0) } characters, the limit is { NUMBER($limit, useGrouping: 0) }. Nothing was recorded; your text is attached, so you can shorten it and send it again.
