"""A project in a real store in which things happen, as members and workers do them."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw

from storage.drafts import BriefParams, DraftView, NewBrief, NewCandidate
from storage.evidence.authorship import MadeBy
from storage.evidence.certificates import signing_identity
from storage.evidence.changes import picture_change
from storage.evidence.commitments import JsonValue
from storage.evidence.credentials import Credentials
from storage.evidence.marking import Marking
from storage.members import Member
from storage.projects import Brought, Project
from storage.store import Store
from storage.suggestions import Suggestion
from tests.storage.test_drafts import ACT, DELIVERY

GENERATION: dict[str, JsonValue] = {
    "model": "m-1",
    "revision": "r-1",
    "scheduler": "Euler",
    "steps": 4,
    "size": [512, 512],
}


@dataclass(frozen=True, slots=True)
class Studio:
    """Whose project it is, and what marks its pictures."""

    store: Store
    member: Member
    project: Project
    marking: Marking

    async def brief(self, words: str, *seeds: int, negative: str = "", side: int = 64) -> DraftView:
        """Submit a brief and have its candidates drawn, marked and signed."""
        params = BriefParams("draft", seeds, style="flat")
        asked = NewBrief(words, negative, params)
        submitted = await self.store.drafts.submit(self.member, self.project, asked, ACT, DELIVERY)
        job = await self.store.jobs.lease("w", 60_000)
        assert job is not None
        view = await self.store.drafts.view(submitted.draft_id)
        await self.store.drafts.begin(view, "m-1", {"attempt": 1})
        made = []
        for position, seed in enumerate(seeds, start=1):
            marked = self.marking.finished(png(scene(seed, side)), "image/png", f"{view.id}-{position}")
            made.append(NewCandidate(seed, await self.store.media.put_picture(marked.data, marked.mime), marked.said))
        await self.store.drafts.made(job, made, GENERATION, took_ms=12)
        await self.store.jobs.delivered(job)
        return await self.store.drafts.view(submitted.draft_id)

    async def choose(self, view: DraftView, position: int, why: str = "") -> None:
        """Choose a candidate; 0 is none of these."""
        await self.store.drafts.choose(view.id, position, self.member, why, ACT)

    async def edit(self, seq: int, sha256: str, operation: str) -> int:
        """Change a picture by hand and bring it back; return the event."""
        with Image.open(self.store.media.path(sha256)) as before:
            after = before.convert("RGB")
            ImageDraw.Draw(after).rectangle([4, 4, 20, 20], fill="white")
            change = picture_change(before, after).as_field()
        picture = await self.store.media.put_picture(png(after), "image/png")
        brought = Brought(picture, MadeBy.OWN_HAND, of=seq, operation=operation, change=change)
        return (await self.store.projects.attach(self.project, brought, ACT)).seq


def studio_of(store: Store, member: Member, project: Project) -> Studio:
    """Return a member at work."""
    credentials = Credentials(signing_identity(store.config.keys_dir, store.ledger.origin))
    marking = Marking(credentials, producer=store.ledger.origin, version="1")
    return Studio(store, member, project, marking)


def scene(seed: int, side: int) -> Image.Image:
    """Return a picture that differs by its seed."""
    ground = (seed * 53 % 256, seed * 97 % 256, seed * 31 % 256)
    image = Image.linear_gradient("L").resize((side, side)).convert("RGB")
    ImageDraw.Draw(image).ellipse([side // 4, side // 4, side * 3 // 4, side * 3 // 4], fill=ground)
    return image


def png(image: Image.Image) -> bytes:
    """Return a picture's file."""
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


async def work(studio: Studio) -> None:
    """Make a small piece, with everything in it once."""
    store, project = studio.store, studio.project
    await store.projects.declare_intent(project, "归家的安静", ACT)
    first = await studio.brief("a red boat at dusk", 1, 2)
    await studio.choose(first, 0, "too busy")
    told = Suggestion("a small red boat on still water at dusk", "lm-1", "make it calmer")
    suggested = await store.suggestions.made(project, told, ACT)
    await store.suggestions.taken(project, suggested.seq, ACT)
    second = await studio.brief("a small red boat on still water at dawn", 3, 4, negative="people")
    await studio.choose(second, 1, "the stillness")
    candidate = second.candidates[0]
    await studio.edit(candidate.seq, candidate.sha256, "painted out the moon")
    await store.projects.note(project, "for myself alone", ACT)
    await store.projects.finish(project, "Homecoming", "I claim what I changed.", ACT)
