cmd-moderation-terms = terms
cmd-moderation-terms-desc = Words that are not drawn in this server: see, add or remove
cmd-moderation-limits = limits
cmd-moderation-limits-desc = How much members may draft: see, set or lift limits
cmd-moderation-settings = settings
cmd-moderation-settings-desc = How Colophon behaves in this server: see or change
opt-moderation-change-reason-desc = Why; needed for a change, and recorded
opt-moderation-add = add
opt-moderation-add-desc = A word or a few that briefs must not have
opt-moderation-remove = remove
opt-moderation-remove-desc = One that they may have again
opt-moderation-role = role
opt-moderation-role-desc = For a role; without role and member for everyone
opt-moderation-limit-member-desc = For one member, who is told; it beats their roles
opt-moderation-day = drafts-a-day
opt-moderation-day-desc = Drafts within 24 hours
opt-moderation-count = candidates
opt-moderation-count-desc = Candidates of one draft
opt-moderation-size = upload-mib
opt-moderation-size-desc = The largest picture to send, in MiB
opt-moderation-queue = at-once
opt-moderation-queue-desc = Drafts that wait or are made at one time
opt-moderation-lift = lift
opt-moderation-lift-desc = A limit to take away
opt-moderation-drafting = drafts-in
opt-moderation-drafting-desc = Members may draft here; given again, no longer
opt-moderation-showcase = showcase
opt-moderation-showcase-desc = Where finished pieces are shown
opt-moderation-witness = witness
opt-moderation-witness-desc = Where everybody sees the log's checkpoints
opt-moderation-exporter = exporter
opt-moderation-exporter-desc = A role that may export, open and see the log; given again, no longer
opt-moderation-keep-days = keep-days
opt-moderation-keep-days-desc = Erase projects so many days after the last act in them
opt-moderation-age-restricted = age-restricted
opt-moderation-age-restricted-desc = Whether anything is drafted in age-restricted channels
opt-moderation-reset = reset
opt-moderation-reset-desc = A setting to take back
choice-moderation-day = drafts a day
choice-moderation-count = candidates
choice-moderation-size = upload size
choice-moderation-queue = drafts at one time
choice-moderation-channels = drafting channels
choice-moderation-showcase = showcase channel
choice-moderation-witness = witness channel
choice-moderation-exporters = exporters
choice-moderation-retention = retention
moderation-everyone = everyone
moderation-somebody = somebody who has erased their record
moderation-yes = yes
moderation-no = no
moderation-days = { $days ->
    [one] one day
   *[other] { NUMBER($days, useGrouping: 0) } days
}
moderation-limit-day = { $limit ->
    [-1] no limit of drafts a day
    [one] one draft a day
   *[other] { NUMBER($limit, useGrouping: 0) } drafts a day
}
moderation-limit-count = { $limit ->
    [-1] no limit of candidates
    [one] one candidate a draft
   *[other] { NUMBER($limit, useGrouping: 0) } candidates a draft
}
moderation-limit-size = { $limit ->
    [-1] no limit of uploads
   *[other] uploads up to { NUMBER($limit, useGrouping: 0) } MiB
}
moderation-limit-queue = { $limit ->
    [-1] no limit of drafts at one time
    [one] one draft at one time
   *[other] { NUMBER($limit, useGrouping: 0) } drafts at one time
}
moderation-left-day = Drafts a day: { NUMBER($left, useGrouping: 0) } of { NUMBER($limit, useGrouping: 0) } left{ $free ->
    [no] {""}
   *[other] , the next one { $free }
}
moderation-left-count = Candidates of one draft: up to { NUMBER($limit, useGrouping: 0) }
moderation-left-size = Pictures you send: up to { NUMBER($limit, useGrouping: 0) } MiB
moderation-left-queue = Drafts at one time: { NUMBER($left, useGrouping: 0) } of { NUMBER($limit, useGrouping: 0) } places free
moderation-left-head = **Left to <@{ $member }> now**
moderation-left-none = No limit holds for <@{ $member }>.
moderation-limited = Limits for { $subject }: { $limits }{ $about ->
    [yes] . They are told
   *[no] {""}
}. Recorded as #{ NUMBER($number, useGrouping: 0) }.
moderation-limits-none = This server sets no limits of its own.
moderation-limits-head = **Limits of this server** — a member's own beats the most generous of their roles, and that beats everyone's
moderation-limits-more = -# There are more; `/moderation limits member:` tells what holds for one member.
moderation-terms-none = This server has no terms of its own. What is never drawn anywhere is not drawn here either.
moderation-terms-head = **{ $count ->
    [one] One term is
   *[other] { NUMBER($count, useGrouping: 0) } terms are
} not drawn here**, beside what is never drawn anywhere
moderation-term-added = “{ $term }” is not drawn here from now on; who writes it is told so, and how to appeal. Recorded as #{ NUMBER($number, useGrouping: 0) }.
moderation-term-removed = “{ $term }” may be drawn here again. Recorded as #{ NUMBER($number, useGrouping: 0) }.
moderation-settings-title = Colophon in this server
moderation-settings-changed = Changed and recorded: { $numbers }
moderation-setting-channels = Members draft in
moderation-setting-age-restricted = Drafts in age-restricted channels
moderation-setting-showcase-channel = Showcase
moderation-setting-witness-channel = Witness channel
moderation-setting-exporters = May look at the record, beside those who manage the server
moderation-setting-keep-days = Projects are kept after the last act in them
moderation-none-channels = all channels
moderation-none-showcase-channel = none
moderation-none-witness-channel = none of this server's own
moderation-none-exporters = nobody
moderation-none-keep-days = until their owners erase them
moderation-keep-operator = { NUMBER($days, useGrouping: 0) } days, the rule of the operator
moderation-keep-from = Nothing is erased by this rule before { $date }; until then members can take their record with them: tell them.
moderation-did-limits = set the limits of { $subject }: { $limits }
moderation-did-term-added = added “{ $term }” to what is not drawn
moderation-did-term-removed = removed “{ $term }” from what is not drawn
moderation-did-settings = changed a setting. { $setting }: { $value } (before: { $before })
moderation-notice-limits = set limits for you there: { $limits }
error-limit-day = You have { $limit ->
    [0] no drafts a day in this server
    [one] one draft a day in this server, and it is used
   *[other] { NUMBER($limit, useGrouping: 0) } drafts a day in this server, and all are used
}.{ $free ->
    [no] {""}
   *[other] {" "}The next one is free { $free }.
} Nothing was recorded; your brief is attached, so that it is not lost.
error-limit-count = In this server you may ask for { $limit ->
    [one] one candidate
   *[other] { NUMBER($limit, useGrouping: 0) } candidates
} at once. Nothing was recorded; your brief is attached: send it again with a smaller count.
error-limit-size = In this server you may send pictures of up to { NUMBER($limit, useGrouping: 0) } MiB. Nothing was recorded; your brief is attached: send it again with a smaller picture.
error-limit-queue = { $limit ->
    [0] You may have no drafts in the queue of this server
    [one] You have a draft in the queue of this server, and one is what you may have at one time
   *[other] You have { NUMBER($limit, useGrouping: 0) } drafts in the queue of this server, and no more at one time
}. Nothing was recorded; your brief is attached: send it again when a draft of yours is done, or cancel one.
error-place-channel = In this server drafts are made in { $channels }. Nothing was recorded; your brief is attached: send it there.
error-place-age-restricted = In this server nothing is drafted in age-restricted channels. Nothing was recorded; your brief is attached: send it in another channel.
error-moderation-term = A term has up to { NUMBER($high, useGrouping: 0) } characters and says something; in Latin letters at least { NUMBER($low, useGrouping: 0) }. Nothing was done or recorded.
error-moderation-one-term = Add a term or remove one, one at a time. Nothing was done or recorded.
error-moderation-terms-full = The list is full: it takes { NUMBER($limit, useGrouping: 0) } terms. Nothing was done or recorded; remove one first.
error-moderation-term-known = That term is on the list already. Nothing was done or recorded.
error-moderation-term-not = That term is not on the list. Nothing was done or recorded.
error-moderation-one-subject = Set limits for a role or for a member, one at a time. Nothing was done or recorded.
error-moderation-lift = There is no such limit. Nothing was done or recorded.
error-moderation-too-many = No more than { NUMBER($limit, useGrouping: 0) } can be chosen. Nothing was done or recorded; take one out first.
error-moderation-unchanged = It is so already. Nothing was done or recorded.
error-moderation-keep-days = The operator keeps nothing longer than { NUMBER($limit, useGrouping: 0) } days. Nothing was done or recorded; give fewer.
