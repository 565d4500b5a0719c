"""Hears a draft to its end."""

import threading
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image

from models.drafts.engine import Engine
from models.drafts.events import Drawn, Event, Failed, Finished, Step, Withheld
from models.drafts.order import Order


@dataclass
class Heard:
    """What an engine told of one draft."""

    events: list[Event] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def listen(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, (Finished, Failed)):
            self.ended.set()

    @property
    def images(self) -> list[Image.Image]:
        found = sorted((e for e in self.events if isinstance(e, Drawn)), key=lambda e: e.candidate)
        return [Image.open(BytesIO(e.image)) for e in found]

    @property
    def steps(self) -> list[Step]:
        return [e for e in self.events if isinstance(e, Step)]

    @property
    def withheld(self) -> list[Withheld]:
        return [e for e in self.events if isinstance(e, Withheld)]

    @property
    def record(self) -> Any:
        last = self.events[-1]
        if isinstance(last, Failed):
            raise last.error
        assert isinstance(last, Finished)
        return last.record


def draw(engine: Engine, order: Order, model: str | None = None) -> Heard:
    """Draw and wait."""
    heard = Heard()
    engine.plan(order, model).start(heard.listen)
    assert heard.ended.wait(60)
    assert heard.record
    return heard
