cmd-appeal = appeal
cmd-appeal-desc = Say why a refusal or a block is wrong; a moderator decides
opt-appeal-text = text
opt-appeal-text-desc = Why, in your own words; recorded, and the moderators read it
opt-appeal-about = about
opt-appeal-about-desc = Which refusal or block; the newest if you leave it out
appeal-button = Appeal
appeal-title = Appeal of #{ NUMBER($number, useGrouping: 0) }
appeal-label = Why is it wrong?
appeal-label-desc = Recorded, and read by the moderators; you can say it once.
appeal-choice-block = #{ NUMBER($number, useGrouping: 0) } · you are blocked
appeal-choice-brief = #{ NUMBER($number, useGrouping: 0) } · not drawn: { $rule } · { $day }
appeal-taken = Your appeal of #{ NUMBER($number, useGrouping: 0) } is recorded. The moderators of the server see it with your words, and one of them decides; you get a direct message with the reason. { $kind ->
    [block] If they agree with you, the block is lifted.
    [waivable] If they agree with you, the same words are drawn once when you send them again.
   *[answer] No moderator can waive this rule; they can answer you. What you said stays on record.
}
moderation-rule-minors = sexual, with minors
moderation-rule-age-restricted = sexual content
moderation-rule-operator = operator's word list
moderation-rule-server = server's word list
moderation-rule-withheld = the image check
moderation-rule-blocked = member blocked
error-appeal-nothing = There is nothing of yours here to appeal: no refused brief and no block that you have not appealed already. Nothing was recorded.
error-appeal-unknown = #{ NUMBER($number, useGrouping: 0) } is no refusal of yours and no block that holds, so nothing was recorded. The number stands on the card or in the message, behind #; `about` offers what you can appeal.
error-appeal-made = You have appealed #{ NUMBER($number, useGrouping: 0) } already (#{ NUMBER($appeal, useGrouping: 0) }); one appeal is all there is. { $state ->
    [open] The moderators have not decided yet; you get a direct message when they do.
    [granted] It was granted.
    [upheld] The decision was upheld.
    [answered] It was answered.
   *[withdrawn] Its words were erased, which closed it.
} Nothing new was recorded.
