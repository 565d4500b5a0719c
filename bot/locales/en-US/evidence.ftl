cmd-evidence = evidence
cmd-evidence-desc = The record of what you made
cmd-evidence-export = export
cmd-evidence-export-desc = Get your current project's evidence as one file
evidence-exported = **{ $title }**: { $events ->
    [one] one event
   *[other] { NUMBER($events, useGrouping: 0) } events
}, { $pictures ->
    [one] one picture
   *[other] { NUMBER($pictures, useGrouping: 0) } pictures
}, and this export is the last of them. Keep the file, and keep this message too: it holds the log's public key.
    Anyone can check the file without us:
    ```
    colophon verify { $name } --vkey { $vkey }
    ```
    -# It shows what was logged, in what order, and no later than when; not who had the idea.
error-bundle-large = The bundle has { $size } MiB and this chat takes at most { $limit } MiB, so it was not sent. Your record is complete and kept; ask the operator for the file (`colophon export`).
cmd-evidence-receipt = receipt
cmd-evidence-receipt-desc = The full receipt of one recorded act, to keep
opt-evidence-number = number
opt-evidence-number-desc = The number behind # on the card
evidence-receipt = The full receipt of #{ NUMBER($number, useGrouping: 0) }. It holds no words of yours, so you may show it to anyone; kept, it proves any later cut or rewrite of the log.
    ```
    colophon verify { $name } --vkey { $vkey }
    ```
    -# Hold it against a later export: colophon verify BUNDLE --anchor { $name }
error-receipt-unknown = There is no act #{ NUMBER($number, useGrouping: 0) } in your record, so there is no receipt of it. The number stands on the card, behind #.
cmd-evidence-verify = verify
cmd-evidence-verify-desc = Check a bundle, a receipt or a picture
opt-evidence-file = file
opt-evidence-file-desc = A bundle (zip), a receipt (text), or a picture
error-check-kind = This file is no bundle, no receipt and no picture (PNG, JPEG, WebP), so there is nothing to check. Nothing of it was kept.
error-check-large = The file has { NUMBER($size, useGrouping: 0) } MiB and at most { NUMBER($limit, useGrouping: 0) } MiB are checked here. Nothing was kept; check it on your own machine with `colophon verify`.
error-check-broken = This file is damaged in a way that the check could not get past. Nothing was kept; check it on your own machine with `colophon verify`.
error-check-busy = So many files are being checked right now that this one has to wait. Nothing was kept; send it again in a moment.
error-check-long = Checking this file takes too long here. Nothing was kept; check it on your own machine with `colophon verify`.
opt-evidence-fields = fields
opt-evidence-fields-desc = What the file opens; everything if you leave it out
choice-fields-all = everything
choice-fields-public = without who, where and notes
choice-fields-hashes = no words, only proof
