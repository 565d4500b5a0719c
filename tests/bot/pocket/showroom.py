"""A bot that shows the page everything that Discord lets a bot show: for tests of the page alone, without models."""

import asyncio
import io
from typing import Any

import discord
from discord import app_commands
from discord.ui import ActionRow, Button, Label, Select, TextInput
from PIL import Image


def picture(colour: str, size: tuple[int, int] = (96, 64)) -> bytes:
    """Return a picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def pictures(*colours: str) -> list[discord.File]:
    """Return pictures with alternative texts."""
    return [
        discord.File(io.BytesIO(picture(colour)), f"{colour}.png", description=f"all {colour}") for colour in colours
    ]


class Showroom(discord.Client):
    """The bot."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)
        self.ready = asyncio.Event()

    async def setup_hook(self) -> None:
        commands: list[app_commands.Command[Any, ..., Any]] = [show, pick, take, fill]
        for command in commands:
            self.tree.add_command(command)
        self.tree.add_command(measure)
        await self.tree.sync()

    async def on_ready(self) -> None:
        """Say that it is there."""
        self.ready.set()

    async def on_message(self, message: discord.Message) -> None:
        """Answer whoever names it."""
        if self.user in message.mentions and not message.author.bot:
            await message.reply(f"heard: {message.clean_content}")


class Grid(discord.ui.View):
    """Nine buttons in three rows; each press is told in place."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        for index in range(9):
            self.add_item(Cell(index))


class Cell(Button[Grid]):
    """One of the nine."""

    def __init__(self, index: int) -> None:
        super().__init__(label=str(index + 1), custom_id=f"cell-{index}", row=index // 3)

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(content=f"pressed {self.label}")


class Selects(discord.ui.View):
    """One select of each kind."""

    @discord.ui.select(placeholder="Places", max_values=3, options=[discord.SelectOption(label=w) for w in "ABCD"])
    async def places(self, interaction: discord.Interaction, select: Select["Selects"]) -> None:
        await interaction.response.send_message(f"places {', '.join(select.values)}", ephemeral=True)

    @discord.ui.select(cls=discord.ui.UserSelect, placeholder="People")
    async def people(self, interaction: discord.Interaction, select: discord.ui.UserSelect["Selects"]) -> None:
        await interaction.response.send_message(f"person {select.values[0].display_name}", ephemeral=True)

    @discord.ui.select(cls=discord.ui.RoleSelect, placeholder="Roles")
    async def roles(self, interaction: discord.Interaction, select: discord.ui.RoleSelect["Selects"]) -> None:
        await interaction.response.send_message(f"role {select.values[0].name}", ephemeral=True)

    @discord.ui.select(cls=discord.ui.ChannelSelect, placeholder="Channels")
    async def channels(self, interaction: discord.Interaction, select: discord.ui.ChannelSelect["Selects"]) -> None:
        await interaction.response.send_message(f"channel {select.values[0].name}", ephemeral=True)


class Layout(discord.ui.LayoutView):
    """A container with a section, a gallery, a file and buttons."""

    inside: discord.ui.Container["Layout"] = discord.ui.Container(
        discord.ui.Section("## A card", "of **parts**", accessory=discord.ui.Thumbnail("attachment://red.png")),
        discord.ui.Separator(),
        discord.ui.MediaGallery(
            discord.MediaGalleryItem("attachment://green.png", description="all green"),
            discord.MediaGalleryItem("attachment://blue.png", description="all blue"),
        ),
        discord.ui.File("attachment://notes.txt"),
        ActionRow(Button(label="Elsewhere", url="https://example.org/")),
        accent_colour=0x2F6F8F,
    )


@app_commands.command()
async def show(interaction: discord.Interaction, what: str) -> None:
    """Show one thing."""
    match what:
        case "grid":
            await interaction.response.send_message("nine", view=Grid(), files=pictures("gold"))
        case "selects":
            await interaction.response.send_message("choose", view=Selects(timeout=None))
        case "layout":
            notes = discord.File(io.BytesIO(b"notes"), "notes.txt")
            await interaction.response.send_message(view=Layout(), files=[*pictures("red", "green", "blue"), notes])
        case "card":
            embed = discord.Embed(title="A card", description="> of two pictures", colour=0xB3362B)
            embed.add_field(name="Seeds", value="1, 2", inline=True).set_footer(text="receipt #1")
            await interaction.response.send_message(embed=embed, files=pictures("red", "green", "blue"), view=Grid())
        case "later":
            await interaction.response.defer(thinking=True)
            for words in ("one", "one two", "one two three"):
                await interaction.edit_original_response(content=words)
                await asyncio.sleep(0.05)
        case "secret":
            await interaction.response.send_message("for you alone", ephemeral=True)
        case "direct":
            await interaction.user.send("a private draft")
            await interaction.response.send_message("sent", ephemeral=True)


@show.autocomplete("what")
async def offer(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    things = ("grid", "selects", "layout", "card", "later", "secret", "direct")
    return [app_commands.Choice(name=f"the {one}", value=one) for one in things if typed in one]


@app_commands.command()
async def pick(
    interaction: discord.Interaction,
    who: discord.Member,
    number: app_commands.Range[int, 1, 9],
    role: discord.Role | None = None,
    channel: discord.TextChannel | None = None,
    sure: bool = False,
) -> None:
    """Tell what was picked."""
    told = [who.display_name, number, role.name if role else "-", channel.name if channel else "-", sure]
    await interaction.response.send_message(" ".join(str(one) for one in told))


@app_commands.command()
async def take(
    interaction: discord.Interaction, first: discord.Attachment, second: discord.Attachment | None = None
) -> None:
    """Tell which files came."""
    files = [f"{one.filename} {len(await one.read())}" for one in (first, second) if one is not None]
    await interaction.response.send_message(", ".join(files))


@app_commands.command()
async def fill(interaction: discord.Interaction, which: str = "words") -> None:
    """Open a form."""
    await interaction.response.send_modal(Words() if which == "words" else Files())


class Words(discord.ui.Modal, title="In words"):
    """Text, one of some, some of some, yes or no, and a select."""

    why: Label[Any] = Label(text="Why", description="In your own words", component=TextInput(max_length=40))
    tone: Label[Any] = Label(
        text="Tone",
        component=discord.ui.RadioGroup(
            options=[discord.RadioGroupOption(label="Calm"), discord.RadioGroupOption(label="Loud")]
        ),
    )
    parts: Label[Any] = Label(
        text="Parts",
        component=discord.ui.CheckboxGroup(
            options=[discord.CheckboxGroupOption(label=word) for word in ("Sky", "Sea", "Sand")], max_values=2
        ),
    )
    sure: Label[Any] = Label(text="Sure", component=discord.ui.Checkbox())
    size: Label[Any] = Label(
        text="Size", component=Select(options=[discord.SelectOption(label="S"), discord.SelectOption(label="L")])
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        fields = [self.why, self.tone, self.parts, self.sure, self.size]
        told = [getattr(each.component, "values", None) or getattr(each.component, "value", None) for each in fields]
        await interaction.response.send_message(f"filled {told}")


class Files(discord.ui.Modal, title="With files"):
    """Two fields for files, and selects of people and channels."""

    one: Label[Any] = Label(text="One picture", component=discord.ui.FileUpload())
    many: Label[Any] = Label(text="Others", component=discord.ui.FileUpload(max_values=3, min_values=0, required=False))
    who: Label[Any] = Label(text="With whom", component=discord.ui.UserSelect(required=False))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        one, many, who = (each.component for each in (self.one, self.many, self.who))
        assert isinstance(one, discord.ui.FileUpload) and isinstance(many, discord.ui.FileUpload)
        assert isinstance(who, discord.ui.UserSelect)
        files = [[file.filename for file in each.values] for each in (one, many)]
        people = [person.display_name for person in who.values]
        await interaction.response.send_message(f"got {files} {people}")


@app_commands.context_menu(name="Measure")
async def measure(interaction: discord.Interaction, message: discord.Message) -> None:
    """Tell the size of the pictures of a message."""
    sizes = [f"{one.width}x{one.height}" for one in message.attachments]
    await interaction.response.send_message(f"measured {sizes}", ephemeral=True)
