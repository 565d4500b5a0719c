"""Drafts of what offices and courts ask for. Nobody files them but the member, and no sentence stands without events.

Each is worded in the language of whoever is to read it, with a translation where the dossier is in another one. What
the record lacks is a `Gap`, which says "not on record" and never fills it in.
"""

from storage.evidence.dossier.content import Content
from storage.evidence.dossier.pictures import Pictures
from storage.evidence.dossier.statements.ai_labels import label_check
from storage.evidence.dossier.statements.china import creation_process
from storage.evidence.dossier.statements.sentence import Draft, Field, Gap, Sentence
from storage.evidence.dossier.statements.united_states import application

__all__ = ["Draft", "Field", "Gap", "Sentence", "drafted"]


def drafted(content: Content, pictures: Pictures) -> tuple[Draft, ...]:
    """Return all drafted statements."""
    return (
        Draft("us", "en-US", tuple(application(content))),
        Draft("cn", "zh-CN", tuple(creation_process(content))),
        Draft("labels", "", tuple(label_check(content, pictures))),
    )
