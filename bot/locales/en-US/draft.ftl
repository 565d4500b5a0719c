cmd-draft = draft
cmd-draft-desc = Draft images from your words: 1 to 4 candidates, and you choose
opt-draft-brief = brief
opt-draft-brief-desc = What you want to see, in your own words
opt-draft-style = style
opt-draft-style-desc = The look of the draft
opt-draft-avoid = avoid
opt-draft-avoid-desc = What should not be in the picture
opt-draft-count = count
opt-draft-count-desc = How many candidates, 1 to 4
opt-draft-seed = seed
opt-draft-seed-desc = The seed of the first candidate, to draw the same again
opt-draft-reference = reference
opt-draft-reference-desc = Your own picture to start from (PNG, JPEG or WebP)
opt-draft-strength = strength
opt-draft-strength-desc = How far the draft may leave your picture, 0.05 to 1
project-first-title = First project
draft-waiting = Your brief is recorded (#{ NUMBER($number, useGrouping: 0) }). { $ahead ->
    [0] It is next.
    [one] One draft is before it.
   *[other] { $ahead } drafts are before it.
}
draft-making = Drafting from brief #{ NUMBER($number, useGrouping: 0) } { $bar } { $percent } %
draft-preview-alt = unfinished preview
draft-card-title = AI-generated draft
draft-avoid = Avoid
draft-style = Style
draft-model = Model
draft-seeds = Seeds
list-comma = {", "}
draft-drawn-from = Drawn from
draft-nearest = { $thing } (the nearest to “{ $word }”)
draft-left-aside = Left aside, not known to this model: { $words }
style-flat = flat
style-glossy = glossy
style-ink = ink
style-soft = soft
style-rounded = rounded
style-bold = bold
style-outlined = outlined
draft-took = Time
draft-seconds = { $seconds } s
draft-none = None of these
draft-redo = Redo
draft-cancel = Cancel
draft-chosen = Candidate { $position } is chosen, and what you passed over is recorded too.
draft-none-chosen = Recorded: none of these.
draft-chosen-already = That choice is already on record.
draft-why-title = Why this choice?
draft-why-label = Your reason, in your own words
draft-why-kept = Your reason is recorded.
draft-cancelled = The draft was cancelled. Your brief stays on record (#{ NUMBER($number, useGrouping: 0) }).
draft-failed = No draft came of brief #{ NUMBER($number, useGrouping: 0) }: the model failed ({ $reason }). Your brief is kept; press Redo to try again.
draft-failed-nothing-known = The small built-in model knows none of these words, so it drew nothing. Your brief is kept (#{ NUMBER($number, useGrouping: 0) }). It knows some 1,100 things: try `a cat`, `a blue sailboat at sunset` or `red apple`.
draft-failed-minors = Brief #{ NUMBER($number, useGrouping: 0) } was not drawn: sexual pictures of minors are never drawn here, in any style. Your brief and this refusal are on record. If that is not what you meant, say it in other words; if the refusal is wrong, `/appeal` it.
draft-failed-age-restricted = Brief #{ NUMBER($number, useGrouping: 0) } was not drawn: it asks for sexual content, which is switched off on this server. Your brief is kept; say it in other words; if the refusal is wrong, `/appeal` it.
draft-failed-operator = Brief #{ NUMBER($number, useGrouping: 0) } was not drawn: it has a word that this community does not draw. Your brief is kept; say it in other words; if the refusal is wrong, `/appeal` it.
draft-failed-server = Brief #{ NUMBER($number, useGrouping: 0) } was not drawn: it has { $term ->
    [no] a word
   *[other] the word “{ $term }”,
} that the moderators of this server do not let be drawn. Your brief is kept; say it in other words; if the refusal is wrong, `/appeal` it.
draft-failed-blocked = Brief #{ NUMBER($number, useGrouping: 0) } was not drawn: a moderator blocked you meanwhile; you have a message that says why. Your brief is kept; if you think that this is wrong, `/appeal` it.
draft-failed-withheld = All candidates of brief #{ NUMBER($number, useGrouping: 0) } were withheld: this server's image check found content that is not allowed here. Your brief is kept; change its words; if that is wrong, `/appeal` it.
draft-some-withheld = { $count ->
    [one] One candidate was
   *[other] { $count } candidates were
} withheld: this server's image check found content that is not allowed here.
receipt-line = receipt #{ NUMBER($number, useGrouping: 0) } · { $hash } · log { NUMBER($size, useGrouping: 0) } · root { $root }
error-draft-erased = The words and pictures of this draft were erased, so nothing can be done with it. Start a new one with /draft.
