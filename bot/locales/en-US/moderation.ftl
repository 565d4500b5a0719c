cmd-moderation = moderation
cmd-moderation-desc = For moderators; every use is recorded with its reason
cmd-moderation-export = export
cmd-moderation-export-desc = The record of this server as a file that proves itself
cmd-moderation-open = open
cmd-moderation-open-desc = Open the words of one event; the member is told
cmd-moderation-log = log
cmd-moderation-log-desc = What moderators did in this server, and why
opt-moderation-reason = reason
opt-moderation-reason-desc = Why; recorded, and shown to the members concerned
opt-moderation-member = member
opt-moderation-member-desc = Of one member only
opt-moderation-channel = channel
opt-moderation-channel-desc = From one channel only
opt-moderation-since = since
opt-moderation-since-desc = From this day or time on (2026-11-23, UTC)
opt-moderation-until = until
opt-moderation-until-desc = Up to this day or time (2026-11-23, UTC)
opt-moderation-format = format
opt-moderation-format-desc = Which files; all of them if you leave it out
opt-moderation-words = words
opt-moderation-words-desc = Also open what members wrote; they are told
opt-moderation-hold-days = hold-days
opt-moderation-hold-days-desc = Tell the members only after so many days
opt-moderation-hold-reason = hold-reason
opt-moderation-hold-reason-desc = Why they must not be told yet
opt-moderation-number = number
opt-moderation-number-desc = The number behind # on the card or a receipt, or a row's seq
opt-moderation-before = before
opt-moderation-before-desc = Only acts before this number
choice-moderation-all = all
choice-moderation-csv = spreadsheet (CSV)
moderation-exported = { $rows ->
    [one] One event
   *[other] { NUMBER($rows, useGrouping: 0) } events
} of { $projects ->
    [one] one project
   *[other] { NUMBER($projects, useGrouping: 0) } projects
}, { $refusals ->
    [0] none of them refused or failed
    [one] one of them refused or failed
   *[other] { NUMBER($refusals, useGrouping: 0) } of them refused or failed
}. { $words ->
    [yes] Words are opened: the members are told.
   *[no] Words stay sealed; `/moderation open` opens those of one event.
} Recorded as #{ NUMBER($number, useGrouping: 0) }, with your reason and the file's SHA-256:
    ```
    { $sha256 }
    colophon verify { $name } --vkey { $vkey }
    ```
    -# Members see this export with `/privacy who-looked`. Keep the file only as long as your reason holds.
moderation-opened = **#{ NUMBER($number, useGrouping: 0) } { $kind }** of <@{ $member }>, opened; recorded as #{ NUMBER($receipt, useGrouping: 0) } with your reason.
moderation-log-head = **What moderators did here**
moderation-log-empty = No moderator has done anything here.
moderation-log-older = -# There is more: `/moderation log before:{ NUMBER($number, useGrouping: 0) }`
moderation-did = did something that this version has no words for
moderation-told-later = , the member is told later
moderation-did-open = opened the words of #{ NUMBER($event, useGrouping: 0) }{ $about ->
    [no] {""}
   *[other] {" "}of <@{ $member }>
}
moderation-did-export = exported { $rows ->
    [one] one event
   *[other] { NUMBER($rows, useGrouping: 0) } events
}{ $about ->
    [no] {""}
   *[other] {" "}of <@{ $member }>
}, { $words ->
    [yes] with words
   *[no] without words
}
moderation-notice = A moderator{ $placed ->
    [no] {""}
   *[other] {" "}of **{ $server }**
}, <@{ $who }>, { $did }. The reason they gave: { $reason }{ $delayed ->
    [no] {""}
   *[yes] {" "}— You are told only now because: { $held }
}
    { $own ->
    [yes] -# It is recorded as #{ NUMBER($number, useGrouping: 0) } in your project. `/privacy who-looked` lists all of it; `/privacy erase` erases your words.
    [settled] -# It is recorded as #{ NUMBER($number, useGrouping: 0) } in the log, where every moderator of the server sees it, and with your appeal.
   *[no] -# It is recorded as #{ NUMBER($number, useGrouping: 0) } in the log, where every moderator of the server sees it. If you think that it is wrong, say so with `/appeal`.
}
moderation-notice-open = opened the words of your act #{ NUMBER($event, useGrouping: 0) }
moderation-notice-words = exported your record there, with your words
moderation-notice-export = exported your record there, without your words
moderation-notice-other = did something that concerns you there
error-moderation-not-allowed = This is for moderators of a server: who manages it, or has a role that its operator named. Nothing was done or recorded.
error-moderation-reason = Give the reason in { NUMBER($low, useGrouping: 0) } to { NUMBER($high, useGrouping: 0) } characters: it is recorded, and the members concerned read it. Nothing was done or recorded.
error-moderation-time = “{ $text }” is no day or time. Write it as `2026-11-23` or `2026-11-23 14:30` (UTC). Nothing was done or recorded.
error-moderation-span = The stretch of time ends before it begins, so there is nothing in it. Nothing was done or recorded.
error-moderation-hold = A hold needs both its days ({ NUMBER($low, useGrouping: 0) } to { NUMBER($high, useGrouping: 0) }) and its reason. Nothing was done or recorded.
error-moderation-format = There is no such format. Nothing was opened or recorded; leave it out to get all of them.
error-moderation-nothing = No event of this server is like that, so there is no file and nothing was recorded. Try a longer stretch of time, or fewer filters.
error-moderation-large = The file would have { $size } MiB and this chat takes at most { NUMBER($limit, useGrouping: 0) } MiB. It was deleted, and nothing was recorded; ask for less with since and until, or for one format.
error-moderation-unknown = There is no event #{ NUMBER($number, useGrouping: 0) } of this server, so nothing was done or recorded. The number stands on the card, behind #, and in exports.
error-moderation-wordless = #{ NUMBER($number, useGrouping: 0) } has no words, or they were erased. Nothing was done or recorded.
