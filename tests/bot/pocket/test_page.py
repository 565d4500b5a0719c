"""The page in a real browser, before a bot that shows it everything: by keyboard, pointer, finger and dropped file."""

import re
from collections.abc import Sequence

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bot.pocket.server import PocketServer
from tests.bot.pocket.showroom import picture
from tests.bot.pocket_member import BO
from tests.browser import PHONE, opened

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


async def run(page: Page, command: str) -> Locator:
    """Write a command in full, run it, and return the message that answers."""
    before = await messages(page).count()
    await page.get_by_test_id("composer").fill(f"/{command}")
    await page.locator(".command-form").wait_for()
    await page.keyboard.press("Enter")
    await expect(messages(page)).to_have_count(before + 1)
    number = await messages(page).last.get_attribute("data-id")
    return page.locator(f'.message[data-id="{number}"]')


def messages(page: Page) -> Locator:
    return page.get_by_test_id("messages").locator(".message")


def modal(page: Page) -> Locator:
    return page.get_by_test_id("modal")


async def drop(page: Page, selector: str, *names: str) -> None:
    """Drag files over a place, let go of them there."""
    image = list(picture("red"))
    files = [[n, "image/png", image] if n.endswith("png") else [n, "text/plain", list(b"words")] for n in names]
    transfer = await page.evaluate_handle(
        """(files) => {
            const transfer = new DataTransfer();
            for (const [name, type, data] of files)
                transfer.items.add(new File([new Uint8Array(data)], name, { type }));
            return transfer;
        }""",
        files,
    )
    await page.dispatch_event(selector, "dragover", {"dataTransfer": transfer})
    await expect(page.locator("[data-drop].under")).to_have_count(1)
    await page.dispatch_event(selector, "drop", {"dataTransfer": transfer})
    await expect(page.locator("[data-drop].under")).to_have_count(0)


# --- commands ------------------------------------------------------------------------------------


async def test_a_command_by_keyboard_alone_with_the_choices_of_the_bot(page: Page) -> None:
    await page.keyboard.press("/")
    await page.keyboard.type("sho")
    await expect(page.get_by_role("option", name="/show Show one thing.")).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Tab")
    await page.keyboard.type("se")
    await expect(page.get_by_role("option", name="the secret")).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("what required")).to_have_value("the secret")
    await page.keyboard.press("Enter")
    await expect(messages(page)).to_contain_text(["for you alone"])


async def test_typing_on_after_a_choice_was_offered_takes_what_was_typed(page: Page) -> None:
    await page.keyboard.press("/")
    await page.keyboard.type("show secret")
    await expect(page.get_by_role("option", name="the secret")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(messages(page)).to_contain_text(["for you alone"])


async def test_a_command_pasted_in_full_fills_its_options(page: Page) -> None:
    answer = await run(page, "pick who: Bo number: 7 role: @moderators channel: #drafts sure: Yes")
    await expect(answer).to_contain_text("Bo 7 moderators drafts True")
    await expect(answer).to_contain_text("Ann used /pick")


async def test_wrong_options_are_told_at_their_field_and_nothing_is_sent(page: Page) -> None:
    await page.get_by_test_id("composer").fill("/pick number: 12")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Run").click()
    await expect(page.get_by_text("who is needed.")).to_be_visible()
    await expect(page.get_by_text("number is at most 9.")).to_be_visible()
    await expect(messages(page)).to_have_count(0)


async def test_rubbing_out_and_escape_lead_back_to_the_message_box(page: Page) -> None:
    await page.keyboard.press("/")
    await page.keyboard.type("show ")
    await expect(page.locator(".command-form")).to_be_visible()
    await page.keyboard.press("Backspace")
    await expect(page.get_by_test_id("composer")).to_have_value("/show")
    await expect(page.get_by_test_id("palette")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("palette")).to_be_hidden()
    await expect(page.get_by_test_id("composer")).to_be_focused()


# --- files ---------------------------------------------------------------------------------------


async def test_files_dropped_on_the_page_go_with_the_message(page: Page) -> None:
    await drop(page, "#messages", "a.png", "b.txt")
    await expect(page.locator(".chip")).to_contain_text(["a.png", "b.txt"])
    await page.get_by_role("button", name="Remove b.txt").click()
    await drop(page, "#composer", "c.txt")
    await page.get_by_test_id("composer").fill("both")
    await page.keyboard.press("Enter")
    said = messages(page).last
    await expect(said).to_contain_text("both")
    await expect(said.locator(".gallery img")).to_have_count(1)
    await expect(said.get_by_role("link", name="Download c.txt")).to_be_visible()


async def test_files_dropped_on_an_option_or_beside_it_find_their_place(page: Page) -> None:
    await page.get_by_test_id("composer").fill("/take ")
    await drop(page, ".file-field", "one.png")
    await drop(page, "#messages", "two.png")
    await page.get_by_role("button", name="Run").click()
    await expect(messages(page).last).to_contain_text(re.compile(r"one\.png \d+, two\.png \d+"))


async def test_a_file_that_is_too_large_is_left_out_and_said(page: Page) -> None:
    await page.locator(".plain input[type=file]").set_input_files(
        {"name": "big.bin", "mimeType": "text/plain", "buffer": b"0" * (10 * 2**20 + 1)}
    )
    await expect(page.locator(".note")).to_contain_text("big.bin is larger than 10 MB")
    await expect(page.locator(".chip")).to_have_count(0)


# --- forms ---------------------------------------------------------------------------------------


async def test_a_form_by_keyboard_tells_what_is_missing_and_keeps_words_from_one_escape(page: Page) -> None:
    await page.get_by_test_id("composer").fill("/fill ")
    await page.keyboard.press("Enter")
    await expect(modal(page).get_by_label("Why")).to_be_focused()
    await expect(modal(page).get_by_text("In your own words")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(modal(page).get_by_text("Why is needed.")).to_be_visible()
    await page.keyboard.type("for the light")
    await page.keyboard.press("Escape")
    await expect(modal(page)).to_contain_text("Press Esc once more")
    await modal(page).get_by_label("Loud").check()
    for part in ("Sky", "Sand"):
        await modal(page).get_by_label(part).check()
    await modal(page).get_by_label("Sure").check()
    await modal(page).get_by_role("button", name="Size").press("ArrowDown")
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await page.get_by_test_id("modal-submit").click()
    await expect(messages(page)).to_contain_text(["filled ['for the light', 'Loud', ['Sky', 'Sand'], True, ['L']]"])
    await expect(modal(page)).to_have_count(0)
    await expect(page.get_by_test_id("composer")).to_be_focused()


async def test_a_form_with_several_fields_for_files(page: Page) -> None:
    await page.get_by_test_id("composer").fill("/fill which: files")
    await page.keyboard.press("Enter")
    await expect(modal(page)).to_be_visible()
    fields = modal(page).locator("input[type=file]")
    await fields.nth(0).set_input_files({"name": "own.png", "mimeType": "image/png", "buffer": picture("red")})
    await drop(page, "dialog .file-field >> nth=1", "x.png", "y.png")
    await modal(page).get_by_role("button", name="With whom").click()
    await modal(page).get_by_role("option", name="Bo").click()
    await page.get_by_test_id("modal-submit").click()
    await expect(messages(page)).to_contain_text(["got [['own.png'], ['x.png', 'y.png']] ['Bo']"])


# --- messages ------------------------------------------------------------------------------------


async def test_nine_buttons_make_a_grid_that_the_arrows_walk(page: Page) -> None:
    shown = await run(page, "show grid")
    cells = shown.locator(".button-grid button")
    boxes = [await cells.nth(index).bounding_box() for index in range(9)]
    assert len({round(box["x"]) for box in boxes if box}) == 3
    assert len({round(box["y"]) for box in boxes if box}) == 3
    await cells.nth(0).focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowRight")
    await expect(cells.nth(4)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(shown).to_contain_text("pressed 5")
    await expect(shown).to_contain_text("edited")
    await expect(shown.locator(".button-grid button").nth(4)).to_be_focused()


@pytest.mark.parametrize(
    ("label", "option", "said"),
    [
        ("People", "Bo", "person Bo"),
        ("Roles", "@moderators", "role moderators"),
        ("Channels", "#showcase", "channel showcase"),
    ],
)
async def test_selects_of_people_roles_and_channels(page: Page, label: str, option: str, said: str) -> None:
    await run(page, "show selects")
    await page.get_by_role("button", name=label).press("ArrowDown")
    await page.keyboard.type(option[:2])
    await page.get_by_role("option", name=option, exact=True).click()
    await expect(messages(page)).to_contain_text(["choose", said])


async def test_several_are_chosen_by_keyboard_and_sent_once(page: Page) -> None:
    await run(page, "show selects")
    await page.get_by_role("button", name="Places").press("Enter")
    await page.keyboard.press("Space")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(messages(page)).to_contain_text(["choose", "places A, C"])


async def test_a_layout_of_parts_is_shown_whole(page: Page) -> None:
    shown = await run(page, "show layout")
    await expect(shown.get_by_role("heading", name="A card")).to_be_visible()
    await expect(shown.locator(".gallery img")).to_have_count(2)
    await expect(shown.locator(".thumbnail img")).to_have_count(1)
    await expect(shown.get_by_role("separator")).to_have_count(1)
    await expect(shown.get_by_role("link", name="Download notes.txt")).to_be_visible()
    await expect(shown.get_by_role("link", name="Elsewhere")).to_have_attribute("rel", "noopener noreferrer")


async def test_a_picture_large_by_keyboard(page: Page) -> None:
    shown = await run(page, "show card")
    tile = shown.locator(".tile").first
    await tile.press("Enter")
    box = page.locator("dialog.lightbox")
    image = box.locator("img")
    await expect(image).to_have_attribute("alt", "all red")
    await page.keyboard.press("ArrowRight")
    await expect(image).to_have_attribute("alt", "all green")
    await expect(box).to_contain_text("2 of 3")
    small = (await image.bounding_box() or {"width": 0.0})["width"]
    await page.keyboard.press("+")
    await page.keyboard.press("+")
    assert (await image.bounding_box() or {"width": 0.0})["width"] == pytest.approx(small * 2, rel=0.1)
    await page.keyboard.press("0")
    assert (await image.bounding_box() or {"width": 0.0})["width"] == pytest.approx(small, rel=0.05)
    await page.keyboard.press("Escape")
    await expect(box).to_have_count(0)
    await expect(tile).to_be_focused()


async def test_words_of_a_member_never_become_markup(page: Page) -> None:
    await page.get_by_test_id("composer").fill("<img src=x onerror=\"document.title='owned'\"> **bold** `code`")
    await page.keyboard.press("Enter")
    last = messages(page).last
    await expect(last).to_contain_text("<img src=x")
    await expect(last.locator("strong", has_text="bold")).to_be_visible()
    assert "owned" not in await page.title()


async def test_a_private_reply_says_so_and_can_be_put_away(page: Page) -> None:
    shown = await run(page, "show secret")
    await expect(shown).to_contain_text("Only you can see this")
    await shown.get_by_role("button", name="Dismiss").click()
    await expect(messages(page)).to_have_count(0)
    await page.reload()
    await expect(page.get_by_test_id("bot-status")).to_have_attribute("data-status", "online")


async def test_what_streams_in_is_read_out_once_at_its_end(page: Page) -> None:
    await page.evaluate(
        """() => {
            window.told = [];
            const hear = (change) => change.addedNodes.forEach((node) => told.push(node.textContent));
            const region = document.getElementById("live-region");
            new MutationObserver((changes) => changes.forEach(hear)).observe(region, { childList: true });
        }"""
    )
    shown = await run(page, "show later")
    await expect(shown).to_contain_text("one two three")
    await expect(page.locator("#live-region")).to_contain_text("one two three")
    told: Sequence[str] = await page.evaluate("told")
    assert not any(words.endswith(("one two", ": one")) for words in told)


# --- the menu of a message -----------------------------------------------------------------------


async def test_a_message_command_by_pointer_and_by_keyboard(page: Page) -> None:
    shown = await run(page, "show card")
    await shown.locator(".tile").first.click(button="right")
    await expect(page.get_by_role("menu")).to_contain_text("Apps")
    await page.get_by_role("menuitem", name="Measure").click()
    await expect(messages(page).last).to_contain_text("measured ['96x64', '96x64', '96x64']")
    await expect(messages(page).last).to_contain_text("Ann used Measure")
    await shown.focus()
    more = shown.get_by_role("button", name="More")
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await more.evaluate("(node) => node === document.activeElement"):
            break
    await expect(more).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(messages(page)).to_have_count(3)
    await expect(messages(page).last).to_contain_text("measured")


async def test_a_message_command_by_a_finger_that_rests(browser: Browser, showroom: PocketServer) -> None:
    async with opened(browser, showroom.url, size=PHONE, patience_ms=10_000) as phone:
        await expect(phone.get_by_test_id("bot-status")).to_have_attribute("data-status", "online")
        shown = await run(phone, "show card")
        tile = await shown.locator(".tile").first.bounding_box()
        assert tile is not None
        finger = await phone.context.new_cdp_session(phone)
        point = {"x": tile["x"] + 20, "y": tile["y"] + 20}
        await finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        await expect(phone.get_by_role("menu")).to_be_visible()
        await finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        await expect(phone.locator("dialog.lightbox")).to_have_count(0)
        await phone.get_by_role("menuitem", name="Measure").click()
        await expect(messages(phone).last).to_contain_text("measured")


async def test_talking_to_the_bot_and_answering_it(page: Page) -> None:
    box = page.get_by_test_id("composer")
    await box.press_sequentially("hello @co")
    await expect(page.get_by_role("option", name="@Colophon the bot: talk to it")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.keyboard.type("there")
    await page.keyboard.press("Enter")
    heard = messages(page).last
    await expect(heard).to_contain_text("heard: hello @Colophon there")
    await expect(messages(page).first.locator(".mention")).to_have_text("@Colophon")
    await heard.focus()
    await page.keyboard.press("r")
    await expect(page.locator(".reply-bar")).to_contain_text("replying to Colophon")
    await page.keyboard.type("and again")
    await page.keyboard.press("Enter")
    await expect(messages(page)).to_have_count(4)
    await expect(messages(page).last).to_contain_text("and again")


async def test_a_thread_is_begun_listed_opened_and_left(page: Page) -> None:
    await run(page, "show card")
    await messages(page).last.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("menuitem", name="Start a thread").click()
    await page.keyboard.type("About the card")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="About the card")).to_be_visible()
    await expect(messages(page).first.locator(".gallery img")).to_have_count(3)
    await page.get_by_test_id("composer").fill("in here")
    await page.keyboard.press("Enter")
    await expect(messages(page).last).to_contain_text("in here")
    listed = await page.locator("#channels [data-channel]").all_inner_texts()
    assert [name.strip() for name in listed[:2]] == ["general", "About the card"]
    await page.get_by_role("button", name="Back to #general").click()
    await expect(page.get_by_role("heading", name="#general")).to_be_visible()
    await messages(page).first.get_by_role("button", name="About the card Open thread").click()
    await expect(messages(page).last).to_contain_text("in here")


# --- who, where, which language ------------------------------------------------------------------


async def test_what_was_not_read_is_marked_until_it_is(browser: Browser, page: Page, showroom: PocketServer) -> None:
    await page.get_by_role("button", name="drafts").click()
    async with opened(browser, showroom.url, patience_ms=10_000) as other:
        await other.get_by_test_id("member").select_option(BO)
        await other.get_by_test_id("composer").fill("hello all")
        await other.keyboard.press("Enter")
        await expect(messages(other).last).to_contain_text("hello all")
    general = page.locator("#channels button", has_text="general")
    await expect(general).to_contain_text("1 unread")
    await expect(page).to_have_title(re.compile(r"^\(1\)"))
    await page.reload()
    await expect(general).to_contain_text("1 unread")
    await general.click()
    await expect(page.locator(".new-line")).to_be_visible()
    await expect(general).not_to_contain_text("unread")
    await run(page, "show direct")
    direct = page.locator("#channels button", has_text="Direct message")
    await expect(direct).to_contain_text("1 unread")
    await direct.click()
    await expect(messages(page).last).to_contain_text("a private draft")
    await page.get_by_test_id("member").select_option(BO)
    await expect(page.get_by_role("heading", name="@Colophon")).to_be_visible()
    await expect(messages(page)).to_have_count(0)


async def test_seat_language_channel_and_theme_are_kept(page: Page) -> None:
    await page.get_by_test_id("member").select_option(BO)
    await page.get_by_test_id("language").select_option("zh-CN")
    await page.get_by_role("button", name="drafts").click()
    await page.locator("#theme").click()
    await page.locator("#theme").click()
    await page.reload()
    await expect(page.get_by_test_id("member")).to_have_value(BO)
    await expect(page.get_by_role("heading", name="#drafts")).to_be_visible()
    await expect(page.get_by_text("仅在本机运行")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


async def test_words_begun_in_one_channel_wait_there(page: Page) -> None:
    box = page.get_by_test_id("composer")
    await box.fill("half a thought")
    await page.get_by_role("button", name="drafts").click()
    await expect(box).to_have_value("")
    await page.get_by_role("button", name="general").click()
    await expect(box).to_have_value("half a thought")


async def test_the_drawer_of_a_phone_holds_the_focus_until_it_is_closed(
    browser: Browser, showroom: PocketServer
) -> None:
    async with opened(browser, showroom.url, size=PHONE, dark=True, patience_ms=10_000) as phone:
        await expect(phone.get_by_test_id("composer")).to_be_visible()
        assert await phone.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        await phone.get_by_role("button", name="Open the channel list").click()
        await expect(phone.locator("#room")).to_have_attribute("inert", "")
        await phone.keyboard.press("Escape")
        await expect(phone.get_by_role("button", name="Open the channel list")).to_be_focused()
        await phone.get_by_role("button", name="Open the channel list").click()
        await phone.get_by_role("button", name="showcase").click()
        await expect(phone.get_by_role("heading", name="#showcase")).to_be_visible()
        await expect(phone.get_by_text("On this machine only")).to_be_visible()
