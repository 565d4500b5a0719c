"""Decoding Server-Sent Events (WHATWG HTML, section 9.2), as far as model servers use them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event; `name` is "message" where the server gave none."""

    name: str
    data: str


class SseDecoder:
    """Takes text as it arrives, cut anywhere, and gives back whole events."""

    def __init__(self) -> None:
        self._rest: list[str] = []
        self._name = ""
        self._data: list[str] = []

    def feed(self, text: str) -> list[ServerSentEvent]:
        """Return the events that `text` completes."""
        whole, newline, rest = text.rpartition("\n")
        if not newline:
            # A picture comes in hundreds of pieces without a line's end: they are joined once, at that end.
            self._rest.append(text)
            return []
        lines = ("".join(self._rest) + whole).split("\n")
        self._rest = [rest]
        events = []
        for line in lines:
            event = self._line(line.removesuffix("\r"))
            if event is not None:
                events.append(event)
        return events

    def _line(self, line: str) -> ServerSentEvent | None:
        if not line:
            event = ServerSentEvent(self._name or "message", "\n".join(self._data)) if self._data else None
            self._name, self._data = "", []
            return event
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
        return None
