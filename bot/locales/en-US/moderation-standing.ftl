cmd-moderation-block = block
cmd-moderation-block-desc = Let a member make nothing more here; they are told why
cmd-moderation-suspend = suspend
cmd-moderation-suspend-desc = Block a member for some days; they are told why
cmd-moderation-unblock = unblock
cmd-moderation-unblock-desc = Let a blocked or suspended member make things again
opt-moderation-whom-desc = Whom
opt-moderation-told-reason-desc = Why; recorded, and the member reads it
opt-moderation-end-desc = The last day, as 2026-12-24 (UTC); without it until it is lifted
opt-moderation-days = days
opt-moderation-days-desc = For how many days, from now on
moderation-blocked = <@{ $member }> can make nothing with Colophon here { $until ->
    [no] until somebody lifts it
   *[other] until { $until }
}, and is told so with your reason. Their record stays theirs to see, export and erase. What waits to be drawn is not drawn. Recorded as #{ NUMBER($number, useGrouping: 0) }.
moderation-unblocked = <@{ $member }> can make things with Colophon here again, and is told so. Recorded as #{ NUMBER($number, useGrouping: 0) }.
moderation-did-block = blocked { $about ->
    [no] somebody who has erased their record
   *[other] <@{ $member }>
} { $until ->
    [no] until it is lifted
   *[other] until { $until }
}
moderation-did-unblock = lifted the block of { $about ->
    [no] somebody who has erased their record
   *[other] <@{ $member }>
}
moderation-notice-block = blocked you from making things with Colophon there { $until ->
    [no] until they lift it
   *[other] until { $until }
}; your record stays yours to see, export and erase
moderation-notice-unblock = lifted the block: you can make things with Colophon there again
error-blocked = A moderator has blocked you from making things with Colophon { $place ->
    [here] in this server
   *[elsewhere] in the server where your current project began
} { $until ->
    [no] until they lift it
   *[other] until { $until }
}. The reason they gave: { $reason } (#{ NUMBER($number, useGrouping: 0) }). Nothing was recorded. What is yours stays open to you: `/project show`, `/evidence`, `/privacy`. If you think that this is wrong, say so with `/appeal`.
error-moderation-past = That day is over already. Nothing was done or recorded; give a later one, or leave it out.
error-moderation-oneself = You cannot block yourself: to stop recording, use `/privacy pause`. Nothing was done or recorded.
error-moderation-bot = A bot makes nothing with Colophon, so there is nothing to block. Nothing was done or recorded.
error-moderation-colleague = <@{ $member }> moderates this server too, and moderators do not block each other here: take their role away first. Nothing was done or recorded.
error-moderation-not-blocked = <@{ $member }> is not blocked here, so nothing was done or recorded.
privacy-blocked = • A moderator has blocked you from making things with Colophon in this server { $until ->
    [no] until they lift it
   *[other] until { $until }
}: { $reason } (#{ NUMBER($number, useGrouping: 0) }). Kept of it are the act in the log, with this reason, and a hash that only this operator can make of your account; it holds for a year more if you erase everything.
moderation-blocked-now = Blocked now: { NUMBER($count, useGrouping: 0) }
moderation-blocked-line = { $whom } { $until ->
    [no] until it is lifted
   *[other] until { $until }
} (#{ NUMBER($number, useGrouping: 0) })
