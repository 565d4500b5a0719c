cmd-evidence-report = report
cmd-evidence-report-desc = Your current project's dossier, to read and to show
opt-evidence-format = format
opt-evidence-format-desc = HTML opens in any browser; PDF is for print and filing
opt-evidence-language = language
opt-evidence-language-desc = Yours, if left empty
evidence-format-both = HTML and PDF
evidence-format-html = HTML
evidence-format-pdf = PDF
evidence-reported = The dossier of **{ $title }**: what you did, what the machine did, and drafts of what offices ask for. Nothing was filed anywhere. That it was handed to you is recorded as #{ NUMBER($number, useGrouping: 0) }, with the hash of each file.
    -# It is for reading. To prove anything, keep the bundle too (`/evidence export`).
evidence-report-no-pdf = The PDF could not be made this time; the HTML says the same. Please tell the operator.
error-dossier-large = The dossier has { $size } MiB and this chat takes at most { $limit } MiB, so it was not sent. Your record is complete and kept; ask for `html` or `pdf` alone, or ask the operator for the bundle, which holds the dossier (`colophon export`).
error-dossier-long = This project has { NUMBER($events, useGrouping: 0) } events, and a dossier tells of { NUMBER($limit, useGrouping: 0) } at most, so none was made. Your record is complete and kept; `/evidence export` gives you all of it.
