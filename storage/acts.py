"""An act on the chat platform: its ids witness when it happened."""

from dataclasses import dataclass

from storage.evidence.commitments import JsonValue


@dataclass(frozen=True, slots=True)
class Act:
    """The interaction on the chat platform that carried an act, or what somebody said there.

    `message` is the message that the act was done on, where it was one of somebody.
    """

    interaction: str
    channel: str
    guild: str | None
    message: str | None = None

    def as_fields(self) -> dict[str, JsonValue]:
        """Return the field `discord` of the act's event."""
        told: dict[str, JsonValue] = {"interaction": self.interaction, "channel": self.channel}
        if self.guild is not None:
            told["guild"] = self.guild
        if self.message is not None:
            told["message"] = self.message
        return {"discord": told}
