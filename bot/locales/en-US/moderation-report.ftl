cmd-moderation-report = report
cmd-moderation-report-desc = How this server is used, as a picture: counts, no names
opt-moderation-report-days-desc = Of how many days, up to today; 30 by default
moderation-report-title = Use of this server, { $first } to { $last } (UTC)
moderation-report-briefs = { $briefs ->
    [one] One brief
   *[other] { NUMBER($briefs, useGrouping: 0) } briefs
} of { $members ->
    [one] one member
   *[other] { NUMBER($members, useGrouping: 0) } members
}.
moderation-report-few = { $briefs ->
    [0] No briefs.
    [one] One brief.
   *[other] { NUMBER($briefs, useGrouping: 0) } briefs.
} Fewer than three members were active, so only totals are given: anything finer would tell what one of them did.
moderation-report-count = { $name } { NUMBER($count, useGrouping: 0) }
moderation-report-by-outcome = What became of them: { $counts }.
moderation-report-by-operation = By operation: { $counts }.
moderation-report-by-rule = Refused by rule: { $counts }.
moderation-report-waited = Waited: half up to { $median } s, nine of ten up to { $most } s.
moderation-report-drew = Drawn: half within { $median } s, nine of ten within { $most } s.
moderation-report-answers = Answers: { NUMBER($helpful, useGrouping: 0) } helpful, { NUMBER($unhelpful, useGrouping: 0) } unhelpful votes.
moderation-report-acts = Appeals: { NUMBER($appeals, useGrouping: 0) }. Acts of moderators: { NUMBER($acts, useGrouping: 0) }.
moderation-report-outcome-delivered = delivered
moderation-report-outcome-refused = refused
moderation-report-outcome-failed = failed
moderation-report-outcome-cancelled = cancelled
moderation-report-outcome-under-way = under way
moderation-report-operation-text = from words
moderation-report-operation-image = from a picture
moderation-report-operations = By operation
moderation-report-rules = Refused by rule
moderation-report-numbers = In numbers
moderation-report-weeks = each bar is a week
moderation-report-table-alt = The counts as a table
