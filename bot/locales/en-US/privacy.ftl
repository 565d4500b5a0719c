cmd-privacy = privacy
cmd-privacy-desc = Your record, and your say in it
cmd-privacy-show = show
cmd-privacy-show-desc = What is kept of you, and why
cmd-privacy-export = export
cmd-privacy-export-desc = Everything that is kept of you, as one file
cmd-privacy-pause = pause
cmd-privacy-pause-desc = Stop recording; nothing is drawn until you agree again
cmd-privacy-who-looked = who-looked
cmd-privacy-who-looked-desc = Who opened or exported your words, when and why
cmd-privacy-erase = erase
cmd-privacy-erase-desc = Erase your words and pictures; first the effect is explained
opt-privacy-what = what
opt-privacy-what-desc = One act, your current project, or everything
choice-privacy-project = current project
choice-privacy-all = everything
privacy-shown = **What is kept of you**
    { $projects ->
        [0] Nothing: you have no projects here.
        [one] One project with { NUMBER($events, useGrouping: 0) } events and { NUMBER($pictures, useGrouping: 0) } pictures, since { $since }.
       *[other] { NUMBER($projects, useGrouping: 0) } projects with { NUMBER($events, useGrouping: 0) } events and { NUMBER($pictures, useGrouping: 0) } pictures, since { $since }.
    }
    • Why: it is your evidence of authorship. Your prompts, settings, uploads and choices are recorded with their times.
    • Where: on this operator's machine. Words are encrypted with a key of your own for each project; questions to `/ask` are not recorded.
    • Who reads it: you. Moderators see counts and times; opening your words needs a reason, is recorded, and you see it with `/privacy who-looked`.
    • For how long: { $days ->
        [0] until you erase it.
       *[other] until you erase it, or { NUMBER($days, useGrouping: 0) } days after your last act in a project.
    }
    • { $agreed ->
        [yes] You agreed to be recorded. `/privacy pause` takes that back.
       *[no] Nothing is being recorded at present.
    }
    -# `/privacy export` gives you all of it, `/privacy erase` erases it.
privacy-export-title = All your projects
privacy-nothing = Nothing is kept of you here, so there is nothing to do.
privacy-paused = Nothing is recorded or drawn for you from now on. What is kept stays kept; `/privacy erase` erases it. To go on, use any command and agree again.
privacy-nobody-looked = Nobody has exported or opened your words.
privacy-who-looked = { $count ->
    [one] Your words were taken away or opened once:
   *[other] Your words were taken away or opened { NUMBER($count, useGrouping: 0) } times:
}
privacy-look = { $who ->
    [owner] you
    [maker] one of those who make it with you
    [operator] the operator
    [moderator] a moderator, <@{ $person }>
   *[other] { $who }
}, { $act ->
    [opened] opened here
   *[exported] an export
}
privacy-reason-replay = to draw a candidate again and compare
privacy-looks-more = … and { NUMBER($count, useGrouping: 0) } more, all in your export.
privacy-erase-explained = **Erase { $what ->
        [all] everything of yours
       *[project] { $title }
    }?**
    { $projects ->
        [one] One project
       *[other] { NUMBER($projects, useGrouping: 0) } projects
    }: the keys of your words are destroyed and your pictures deleted. Nobody can bring them back, not even the operator.
    • What remains in the log: that something was recorded and erased, with times and a random name; no words, no pictures.
    • You can no longer prove authorship with it. Copies you exported stay sound: take one first with `/privacy export`.
    • The operator's backups of the key file expire on their own; until then they could still open your words.
privacy-erase-button = Erase for good
privacy-erased = { $projects ->
    [one] One project was erased.
   *[other] { NUMBER($projects, useGrouping: 0) } projects were erased.
} That is all the log keeps of it: { $numbers }.
opt-privacy-number = number
opt-privacy-number-desc = Of one act: the number behind # on its receipt
choice-privacy-act = one act
error-erase-number = Say which act: the number stands on its receipt, behind #. Nothing was erased.
error-erase-unknown = There is no act #{ NUMBER($number, useGrouping: 0) } in your record, so nothing was erased. The number stands on its receipt, behind #.
error-erase-done = The words of #{ NUMBER($number, useGrouping: 0) } are erased already.
privacy-erase-act-explained = **Erase the words of #{ NUMBER($number, useGrouping: 0) }?** What you wrote in this act, and its picture if it has one, are deleted. Nobody can bring them back, not even the operator.
    • What remains in the log: that there was such an act, when, and that it was erased. The rest of the project stays as it is and still verifies.
    • Whoever reads your evidence will see the gap. Copies you exported stay sound.
privacy-act-erased = #{ NUMBER($number, useGrouping: 0) } is erased. The log tells of it as #{ NUMBER($receipt, useGrouping: 0) }.
