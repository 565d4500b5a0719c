witness-post = **Checkpoint of the log: { $size ->
    [one] one event
   *[other] { NUMBER($size, useGrouping: 0) } events
}.** Keep a copy: whoever has one can tell if the log is ever cut or rewritten. Save the block as a file and hold it against an export: `colophon verify BUNDLE --anchor FILE`
opt-evidence-send = send
opt-evidence-send-desc = Here, or into your direct messages
choice-evidence-here = here, for you alone
choice-evidence-dm = as a direct message
evidence-receipt-sent = The receipt of #{ NUMBER($number, useGrouping: 0) } is in your direct messages, out of reach of this server and its moderators. Save the file as well: then it is out of everyone's reach.
evidence-receipt-shut = No direct message could reach you (are they closed to this bot?), so the receipt is here instead. Save the file now, or open direct messages from this server and ask again.
