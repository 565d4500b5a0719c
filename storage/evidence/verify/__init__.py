"""The verifier: checks a bundle offline, trusting neither the operator nor the code that wrote it.

It imports nothing of the rest of storage and shares no code with the writer: it is written from
`docs/evidence-format.md` alone, on the standard library and `cryptography`.
"""

from storage.evidence.verify.check import Trust, verify_bundle, verify_trusting
from storage.evidence.verify.moderation import is_moderation_export, verify_moderation
from storage.evidence.verify.receipt import is_receipt, verify_receipt
from storage.evidence.verify.report import Answer, Answers, CheckResult, Outcome, Report, Verdict
from storage.evidence.verify.sentences import render_report

__all__ = [
    "Answer",
    "Answers",
    "CheckResult",
    "Outcome",
    "Report",
    "Trust",
    "Verdict",
    "is_moderation_export",
    "is_receipt",
    "render_report",
    "verify_bundle",
    "verify_moderation",
    "verify_receipt",
    "verify_trusting",
]
