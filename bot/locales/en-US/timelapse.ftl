cmd-evidence-timelapse = timelapse
cmd-evidence-timelapse-desc = How your current project was made, as a short film and a contact sheet
opt-timelapse-kind = kind
opt-timelapse-kind-desc = A film, a contact sheet, or both
choice-timelapse-film = film
choice-timelapse-sheet = contact sheet
choice-timelapse-both = both
opt-timelapse-language = language
opt-timelapse-language-desc = The language of the captions; yours by default
choice-timelapse-en = English
choice-timelapse-zh = 中文
evidence-timelapse = **{ $title }**: how it was made, from the log up to size { NUMBER($size, useGrouping: 0) }. That it left the log is recorded as #{ NUMBER($number, useGrouping: 0) }.
    -# It shows your words and pictures, so think before you pass it on. It is made from the record and is not the record: to prove anything, use `/evidence export`.
evidence-timelapse-film-alt = A short film: briefs, candidates, choices and edits of the project, in the order of the log
evidence-timelapse-sheet-alt = A contact sheet: briefs, candidates, choices and edits of the project, in the order of the log
error-timelapse-empty = Nothing has been drawn in this project yet, so there is no making to show. It begins with `/draft`.
error-timelapse-long = Making it takes too long here at the moment, so it was given up. The record is complete; try again later, or make the contact sheet alone.
error-timelapse-large = The film would be too large to send, so it was not made. The record is complete; make the contact sheet instead.
