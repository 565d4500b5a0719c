"""What the settings want of a drafts server that Colophon starts itself."""

from bot.settings import DraftsSettings
from models.lineup import Offload, Precision
from models.served import Choices


def choices_of(drafts: DraftsSettings) -> Choices:
    """Return the models and how they are to be run."""
    return Choices(
        models=(drafts.model, *drafts.more),
        safety=drafts.safety,
        safety_off=drafts.safety_off,
        upscaler=drafts.upscaler,
        precision=Precision(drafts.precision),
        offload=Offload(drafts.offload),
        compile=drafts.compile,
    )
