"""`colophon ask`: an answer in the shell, for scripts and for whoever wants to measure."""

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.ask.answer import Answer


def ask(
    question: Annotated[str, typer.Argument(help="The question, in English or Chinese.")],
    lang: Annotated[str | None, typer.Option(help="en or zh, where the question does not tell.")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="Whose law: US, CN, EU, ...")] = None,
    before: Annotated[list[str] | None, typer.Option(help="A question asked before; may be given again.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as one JSON object.")] = False,
    config: Annotated[Path | None, typer.Option(help="The settings file; colophon.toml by default.")] = None,
) -> None:
    """Answer one question as the bot would, without Discord; whose model writes is in the settings."""
    from bot.answers import language_client, open_answers
    from bot.operate.answered import answered, as_object, as_text
    from bot.settings import load_settings

    settings = load_settings(config)

    async def final() -> "Answer":
        async with AsyncExitStack() as stack:
            language = None
            if settings.language.url is not None:
                language = await stack.enter_async_context(language_client(settings.language))
            answers = await stack.enter_async_context(open_answers(settings, language))
            return await answered(answers, question, lang, jurisdiction, before or ())

    answer = asyncio.run(final())
    typer.echo(json.dumps(as_object(answer), ensure_ascii=False, indent=2) if as_json else as_text(answer))
