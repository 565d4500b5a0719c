cmd-queue = queue
cmd-queue-desc = Your drafts that have not come: place, reason, time to go
cmd-cancel = cancel
cmd-cancel-desc = Stop one of your drafts; its brief stays on record
opt-cancel-draft = draft
opt-cancel-draft-desc = Which one; without it the only one, or you choose
queue-empty = Nothing of yours is waiting or being drawn.
queue-head = { $count ->
    [one] **One draft of yours has not come yet**
   *[other] **{ $count } drafts of yours have not come yet**
}
queue-more = … and { $count } more.
queue-cancel = Cancel #{ NUMBER($number, useGrouping: 0) }
queue-made = drawn and recorded; its card is on its way
queue-drawing = being drawn
queue-next = next in line
queue-others = { $ahead ->
    [one] one draft comes first
   *[other] { $ahead } drafts come first
}; members take turns
queue-loading = the drawing model is still loading{ $ahead ->
    [0] {""}
    [one] ; then one draft comes first
   *[other] ; then { $ahead } drafts come first
}
queue-away = the drafts server is away; drawing goes on by itself when it is back
queue-failed = the drawing model has failed; an operator has to look after it
queue-time = about { $amount } { $unit ->
    [seconds] s
   *[minutes] min
} to go
queue-time-then = after that about { $amount } { $unit ->
    [seconds] s
   *[minutes] min
}
queue-time-longer = it takes longer than most
queue-time-unknown = how long is not known: no draft of this model has been finished here yet
cancel-which = Which draft is to be stopped? Its brief stays on record.
cancel-placeholder = Choose a draft
error-cancel-none-such = You have no such draft waiting or being drawn. Nothing was changed; `/queue` shows what you have.
