"""The one tree of errors that reach a person, each knowing what to tell them and what to log.

ColophonError
├── UserFacing      wrong input, a limit, or something that is not theirs
├── Busy            a model server is loading, away or full; what was recorded stays
├── RecordFailed    the record could not be written: nothing was done, the person is told
└── OperatorError   configuration, disk, ports: one line that names what to mend

The sentences are in `locales/<language>/errors.ftl`, under the error's `key`. Errors of storage
and of the model clients are translated here, once, by `explain`.
"""

from models.errors import ModelsError, RequestRefused, ServerBusy, ServerUnavailable
from storage.darkroom.found import DarkroomBusy, FileRefused, NotDrawn, Why
from storage.errors import NotFound, NotYours, StateConflict, StorageBusy, StorageError, StorageFull

TextArgument = str | int | float


class ColophonError(Exception):
    """Base: `key` names the sentence for the person, `arguments` fill it."""

    def __init__(self, key: str, **arguments: TextArgument) -> None:
        super().__init__(key)
        self.key = key
        self.arguments = arguments


class UserFacing(ColophonError):
    """The person can mend it: wrong input, a limit, not theirs."""


class GivenBack(UserFacing):
    """What the person wrote was not taken; `text` goes back to them as a file, so that nothing is lost."""

    def __init__(self, key: str, text: str, name: str, **arguments: TextArgument) -> None:
        super().__init__(key, **arguments)
        self.text = text
        self.name = name


class TextTooLong(GivenBack):
    """What somebody typed is over the limit."""

    def __init__(self, text: str, limit: int, key: str = "error-text-too-long", name: str = "text.txt") -> None:
        super().__init__(key, text, name, length=len(text), limit=limit)


class BriefTooLong(TextTooLong):
    """The brief is over the limit."""

    def __init__(self, text: str, limit: int) -> None:
        super().__init__(text, limit, "error-brief-too-long", "brief.txt")


class FormForgotten(GivenBack):
    """The form was opened before a restart, and nobody knows any more what it was for."""

    def __init__(self, text: str) -> None:
        super().__init__("error-form-forgotten", text, "words.txt")


class Busy(ColophonError):
    """A model server cannot serve right now."""


class RecordFailed(ColophonError):
    """Nothing was recorded and therefore nothing was done."""


class PlatformAway(Exception):
    """The chat platform cannot be reached: nobody can be told anything, and what was to be shown waits."""


class OperatorError(Exception):
    """A start or a command that the operator has to mend; the message is the one line to print."""


_STORAGE: tuple[tuple[type[StorageError], str], ...] = (
    (NotFound, "error-not-found"),
    (NotYours, "error-not-yours"),
    (StateConflict, "error-too-late"),
)


def explain(error: BaseException) -> ColophonError | None:
    """Return what to tell a person of an error, or None where it is unexpected."""
    if isinstance(error, ColophonError):
        return error
    if isinstance(error, StorageBusy):
        return RecordFailed("error-record-locked")
    if isinstance(error, StorageFull):
        return RecordFailed("error-disk-full")
    if isinstance(error, FileRefused):
        return UserFacing("error-upload-costly" if error.why is Why.COSTLY else "error-upload-broken")
    if isinstance(error, DarkroomBusy):
        return Busy("error-upload-busy")
    if isinstance(error, NotDrawn):
        return UserFacing("error-not-drawn")
    if isinstance(error, StorageError):
        for kind, key in _STORAGE:
            if isinstance(error, kind):
                return UserFacing(key)
        return RecordFailed("error-not-recorded")
    if isinstance(error, ModelsError):
        return _explain_models(error)
    return None


def _explain_models(error: ModelsError) -> ColophonError:
    if isinstance(error, RequestRefused):
        return UserFacing("error-model-refused", detail=error.detail)
    if isinstance(error, (ServerUnavailable, ServerBusy)):
        return Busy("error-model-away")
    return Busy("error-model-failed")
