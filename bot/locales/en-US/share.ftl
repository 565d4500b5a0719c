cmd-project-share = share
cmd-project-share-desc = Make your current project together with somebody
opt-share-member = member
opt-share-member-desc = Whom to ask; leave it out to see who makes it, and who asks you
share-offer = **{ $by }** asks { $member } to make **{ $title }** together.
    Whoever joins in is recorded under a pseudonym of their own. What they write stays theirs: the others get to open it only once they confirm it, and they alone can erase it.
share-accept = Join in
share-decline = No, thank you
share-asked = { $member } is asked, and decides alone. Nothing of theirs is recorded before they join in.
share-asked-unheard = { $member } is asked, but I could not say so here or to them directly. They can answer with `/project share`.
share-accepted = You make **{ $title }** together now, and it is your current project. What you do in it is recorded under your own pseudonym.
    Your words stay closed to the others' exports until you press “Confirm my rows” under `/project share`.
share-joined = { $member } has joined in.
share-declined = You said no. Nothing of it is kept.
share-refused = It was declined.
share-stands = **{ $title }** is made by { $makers ->
    [1] you alone.
   *[other] { $makers } people:
}
share-maker = - { $who ->
    [you] you
   *[other] <@{ $user }>
}: { $confirmed ->
    [yes] own rows confirmed up to #{ NUMBER($number, useGrouping: 0) }
   *[no] own rows not confirmed, closed to the others
}
share-stands-asked = - <@{ $user }>: asked, no answer yet
share-offered = You are asked to make **{ $title }** together (#{ NUMBER($number, useGrouping: 0) }).
share-confirm = Confirm my rows
share-end = End the sharing
share-leave = Leave
share-confirmed = You confirm your own rows up to #{ NUMBER($number, useGrouping: 0) }, your notes and your name in the record too. Everybody who makes this piece can open them now in what they export. What somebody has taken away cannot be called back; what you do from now on stays closed until you confirm again.
share-confirmed-already = You have confirmed everything of yours, up to #{ NUMBER($number, useGrouping: 0) }. Nothing new was recorded.
share-ended = You go on with **{ $title }** alone. { $count ->
    [0] Nobody is asked any more.
    [one] One person is out; what they did stays in the record, and their words stay theirs.
   *[other] { $count } people are out; what they did stays in the record, and their words stay theirs.
}
share-left = You no longer work on **{ $title }**. What you did stays in its record; your words stay yours, and `/privacy erase` still erases them.
share-erase-note = • The words of those who make it with you stay theirs. { $owned ->
    [yes] As you began it, nobody can go on with it.
   *[no] They go on without you.
}
error-share-nobody = One cannot make a piece with a bot, or with oneself. Nothing was recorded; choose another member.
error-share-not-owner = Only who began this project can ask others in. Nothing was recorded.
error-share-already = They make it with you already. Nothing was recorded.
error-share-many = No more than { $limit } can make a piece together, those who are asked among them. Nothing was recorded.
error-share-over = This does not stand any more: it was answered, or the sharing has ended. Nothing was changed.
error-share-not-you = This asks somebody else. Nothing was changed; begin a piece of your own with `/project new`.
event-share-offered = Asked to share
event-share-accepted = Joined in
event-share-confirmed = Own rows confirmed
event-share-ended = Sharing ended
timeline-by-partner = another maker
timeline-not-opened = not confirmed by them
