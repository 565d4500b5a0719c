cmd-moderation-review = review
cmd-moderation-review-desc = Appeals to decide, refused briefs, unhelpful answers
opt-moderation-show = show
opt-moderation-show-desc = Which list; appeals if you leave it out
choice-moderation-appeals = appeals
choice-moderation-refused = refused briefs
choice-moderation-answers = unhelpful answers
moderation-review-appeals = Appeals: { $open ->
    [0] none is open
    [one] one is open
   *[other] { NUMBER($open, useGrouping: 0) } are open
}
moderation-review-appeals-none = Nobody has appealed anything here.
moderation-review-appeals-foot = An appealed brief itself: /moderation open
moderation-review-refused = Refused briefs
moderation-review-refused-none = No brief was refused here.
moderation-review-refused-foot = Words are opened with /moderation open, and the member is told
moderation-review-answers = Answers that did not help
moderation-review-answers-none = Nobody has voted against an answer here.
moderation-review-answers-foot = Votes are kept without names
moderation-review-place = Page { NUMBER($page, useGrouping: 0) } of { NUMBER($pages, useGrouping: 0) } · { $foot }
moderation-review-back = Back
moderation-review-on = Further
moderation-appeal = **#{ NUMBER($number, useGrouping: 0) }** { $what ->
    [block] the block of { $member }
   *[brief] a brief of { $member }, { $rule }
} · appealed { $when }
moderation-appeal-decided = → { $state ->
    [granted] granted
    [upheld] upheld
   *[answered] answered
} { $when } (#{ NUMBER($number, useGrouping: 0) })
moderation-decide-grant = Grant #{ NUMBER($number, useGrouping: 0) }
moderation-decide-uphold = Uphold #{ NUMBER($number, useGrouping: 0) }
moderation-decide-answer = Answer #{ NUMBER($number, useGrouping: 0) }
moderation-decide-title-grant = Grant the appeal of #{ NUMBER($number, useGrouping: 0) }
moderation-decide-title-uphold = Uphold #{ NUMBER($number, useGrouping: 0) }
moderation-decide-title-answer = Answer the appeal of #{ NUMBER($number, useGrouping: 0) }
moderation-decide-label = Why; the member reads it
moderation-decided = { $state ->
    [granted] The appeal of #{ NUMBER($number, useGrouping: 0) } is granted: { $what ->
        [block] the block is lifted
       *[brief] the member may send the same words again, and they are drawn once
    }
    [upheld] #{ NUMBER($number, useGrouping: 0) } is upheld
   *[answered] The appeal of #{ NUMBER($number, useGrouping: 0) } is answered
}. The member is told your reason. Recorded as #{ NUMBER($receipt, useGrouping: 0) }.
moderation-refused-line = `#{ NUMBER($number, useGrouping: 0) }` { $when } · { $member } · { $rule }{ $appealed ->
    [open] {" "}· **appealed**
    [granted] {" "}· appeal granted
    [upheld] {" "}· appealed, upheld
    [answered] {" "}· appeal answered
   *[no] {""}
}
moderation-answer-line = [An answer]({ $link }): { $unhelpful ->
    [one] one vote against it
   *[other] { NUMBER($unhelpful, useGrouping: 0) } votes against it
}, { $helpful ->
    [one] one for it
   *[other] { NUMBER($helpful, useGrouping: 0) } for it
} · { $facts }{ $reasons ->
    [no] {""}
   *[other] {" "}· { $reasons }
}
moderation-did-appeal-granted = granted the appeal { $about ->
    [no] of somebody who has erased their record
   *[other] of <@{ $member }>
} against #{ NUMBER($event, useGrouping: 0) }{ $what ->
    [block] : the block is lifted
   *[brief] : the brief may be sent once more
}
moderation-did-appeal-upheld = upheld #{ NUMBER($event, useGrouping: 0) } against the appeal { $about ->
    [no] of somebody who has erased their record
   *[other] of <@{ $member }>
}
moderation-did-appeal-answered = answered the appeal { $about ->
    [no] of somebody who has erased their record
   *[other] of <@{ $member }>
} against #{ NUMBER($event, useGrouping: 0) }
moderation-notice-appeal-granted = granted your appeal of #{ NUMBER($event, useGrouping: 0) }: { $what ->
    [block] you can make things with Colophon there again
   *[brief] send the same words again, with Redo on its card or anew, and they are drawn this once
}
moderation-notice-appeal-upheld = read your appeal of #{ NUMBER($event, useGrouping: 0) }, and the { $what ->
    [block] block stays
   *[brief] refusal stays
}
moderation-notice-appeal-answered = answered your appeal of #{ NUMBER($event, useGrouping: 0) }; { $what ->
    [block] the block stays
   *[brief] the rule is one that no moderator can waive
}
error-moderation-no-appeal = There is no appeal of #{ NUMBER($number, useGrouping: 0) } in this server, so nothing was done or recorded.
error-moderation-decided = The appeal of #{ NUMBER($number, useGrouping: 0) } { $state ->
    [open] cannot be decided so: no moderator can waive that rule
    [granted] was decided before you: it was granted
    [upheld] was decided before you: #{ NUMBER($number, useGrouping: 0) } was upheld
    [answered] was answered before you
   *[withdrawn] is closed: its member has erased it
}. Nothing was done or recorded now; `/moderation log` says by whom and why.
