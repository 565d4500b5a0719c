error-line-full-member = You have { $count } drafts under way, as many as one member may have here. Nothing was recorded, and your words are attached; send them again { $free ->
    [no] when one of yours has come
   *[other] from about { $free }
}.
error-line-full-server = { $count } drafts of this server are under way, as many as it may have. Nothing was recorded, and your words are attached; send them again { $free ->
    [no] in a few minutes
   *[other] from about { $free }
}.
error-line-full-all = The line is full: { $count } drafts are under way. Nothing was recorded, and your words are attached; send them again { $free ->
    [no] in a few minutes
   *[other] from about { $free }
}.
draft-failed-set-aside-model = Brief #{ NUMBER($number, useGrouping: 0) } was set aside: the drawing model failed at it every time it was tried. Your brief is kept, and an operator can see that it failed; press Redo to try again, or put it differently.
draft-failed-set-aside-out-of-memory = Brief #{ NUMBER($number, useGrouping: 0) } was set aside: the drawing server has too little memory for it. Your brief is kept; press Redo later, or ask for fewer candidates or a smaller picture.
draft-failed-set-aside-lost = Brief #{ NUMBER($number, useGrouping: 0) } was set aside: each time it was begun, whatever drew it stopped before the end. Your brief is kept, and an operator can see that it failed; press Redo to try again.
draft-failed-set-aside-broke = Brief #{ NUMBER($number, useGrouping: 0) } was set aside: an error on our side stopped it every time it was tried. Your brief is kept, and an operator can see that it failed; press Redo to try again later.
queue-text-made = written and recorded; its card is on its way
queue-text-drawing = being written
queue-text-next = next to be written
queue-text-others = { $ahead ->
    [one] one text comes first
   *[other] { $ahead } texts come first
}; members take turns
queue-text-loading = the language model is still loading{ $ahead ->
    [0] {""}
    [one] ; then one text comes first
   *[other] ; then { $ahead } texts come first
}
queue-text-away = the language server is away; writing goes on by itself when it is back
queue-text-failed = the language model has failed; an operator has to look after it
queue-text-time-unknown = how long is not known: no text has been written here yet
