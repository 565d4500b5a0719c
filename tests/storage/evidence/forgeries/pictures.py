"""Pictures by themselves, and held against the bundle that records them."""

from tests.storage.evidence.cases import paint, png
from tests.storage.evidence.forgeries.scene import Scene
from tests.storage.evidence.forgeries.section import Ability, Brought, Section, Who
from tests.storage.evidence.retouching import (
    CREDENTIALS,
    LABELS,
    XMP,
    encoded,
    one_pixel_changed,
    opened,
    under_marks_of,
    without,
)

SECTION = Section("Pictures", Who.ANYBODY, Ability.PICTURES)
enter = SECTION.enter


@enter("A picture is saved again, and all its marks are gone", "stripped")
def saved_again(scene: Scene) -> Brought:
    return scene.picture(encoded(opened(scene.gallery.first)), "C2PA, GB 45438-2025, IPTC DigitalSourceType")


@enter("A picture's content credentials are taken off, its labels left", "stripped")
def without_its_credentials(scene: Scene) -> Brought:
    return scene.picture(without(scene.gallery.first, CREDENTIALS), "gone: C2PA.")


@enter("A picture's labels are taken off, its content credentials left", "stripped")
def without_its_labels(scene: Scene) -> Brought:
    return scene.picture(without(scene.gallery.first, *LABELS), "gone: GB 45438-2025, IPTC DigitalSourceType.")


@enter("One pixel is changed under the credentials", "changed")
def one_pixel(scene: Scene) -> Brought:
    return scene.picture(one_pixel_changed(scene.gallery.first), "1 of 3072 pixels")


@enter("One pixel is changed under the credentials; no bundle is at hand", "credentials")
def one_pixel_alone(scene: Scene) -> Brought:
    return scene.picture(one_pixel_changed(scene.gallery.first), "broken", alone=True)


@enter("Content credentials are put on another picture", "transplanted")
def credentials_elsewhere(scene: Scene) -> Brought:
    return _marks_elsewhere(scene, CREDENTIALS)


@enter("A label is put on another picture", "transplanted")
def label_elsewhere(scene: Scene) -> Brought:
    return _marks_elsewhere(scene, *LABELS)


@enter("All marks are put on another picture", "transplanted")
def all_marks_elsewhere(scene: Scene) -> Brought:
    return _marks_elsewhere(scene, CREDENTIALS, *LABELS)


def _marks_elsewhere(scene: Scene, *kinds: bytes) -> Brought:
    return scene.picture(under_marks_of(scene.gallery.first, png(paint(99)), *kinds), scene.gallery.ids[0])


@enter("A picture gets all marks of another candidate", "transplanted")
def marks_of_a_sister(scene: Scene) -> Brought:
    data = under_marks_of(scene.gallery.first, scene.gallery.second, CREDENTIALS, *LABELS)
    return scene.picture(data, scene.gallery.ids[0])


@enter("A picture gets another's credentials; no bundle is at hand", "credentials")
def credentials_of_a_sister(scene: Scene) -> Brought:
    data = under_marks_of(scene.gallery.first, without(scene.gallery.second, CREDENTIALS), CREDENTIALS)
    return scene.picture(data, "broken", alone=True)


@enter("A picture gets another's label beside its own; no bundle is at hand", "marks")
def label_of_a_sister(scene: Scene) -> Brought:
    data = under_marks_of(scene.gallery.second, without(scene.gallery.first, CREDENTIALS, XMP), XMP)
    return scene.picture(data, ", ".join(reversed(scene.gallery.ids[:2])), alone=True)


@enter("Another picture is passed off as recorded", "unrecorded", refused=False)
def somebody_elses(scene: Scene) -> Brought:
    return scene.picture(png(paint(99)), "No event of the record names this file")
