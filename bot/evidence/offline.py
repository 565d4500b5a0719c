"""`colophon export`: the operator writes a bundle while the bot is stopped."""

from pathlib import Path

from bot.chat.texts import nearest
from bot.errors import OperatorError
from bot.records import open_store_for_operator, storage_config
from bot.settings import Settings
from storage.errors import NotFound, StorageFull
from storage.evidence.bundle import ExportRequest
from storage.store import Store

LIST = "list"


async def export_project(settings: Settings, project_id: str, out: Path, language: str = "en-US") -> str:
    """Write the bundle of a project to `out`, or list the projects; return what to print.

    `language` is that of the dossier in it. The export is recorded like a member's own, as made by the operator.
    Raise OperatorError.
    """
    store = await open_store_for_operator(storage_config(settings), init=False)
    try:
        if project_id == LIST:
            return await _list(store)
        return await _export(store, project_id, out, nearest(language))
    finally:
        await store.close()


async def _list(store: Store) -> str:
    rows = [f"{project.id}  {project.title}" for project in await store.projects.list()]
    return "\n".join(rows) or "There are no projects yet."


async def _export(store: Store, project_id: str, out: Path, language: str) -> str:
    try:
        project = await store.projects.get(project_id)
        request = ExportRequest({project.id: "sys"}, {"by": "operator"}, dossier=language)
        bundle = await store.exporter.export(request, out)
    except NotFound as error:
        raise OperatorError(f"there is no project {project_id}; `colophon export {LIST}` shows them all") from error
    except StorageFull as error:
        raise OperatorError(f"{error}: {out} was not written. Make room and try again.") from error
    except OSError as error:
        raise OperatorError(f"{out} cannot be written: {error.strerror}") from error
    return (
        f"{out}: {bundle.events} events, {bundle.pictures} pictures, log size {bundle.size}.\n"
        f"Check it with: colophon verify {out} --vkey {store.ledger.vkey}"
    )
