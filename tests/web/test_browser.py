"""The pages in a real browser: the whole program behind them, on a store of its own."""

from __future__ import annotations

import shutil

import pytest

from cxbot.app import App
from cxbot.demo import Demo, DemoClock, read_cast
from cxbot.transactions import files

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 360, "height": 740}
SOON = 15_000
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: the browser tests were NOT run"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

CONTRASTS = """() => {
  const parse = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const channel = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    if (element.closest(".unseen, [aria-hidden=true], noscript")) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push([walker.currentNode.data.trim(), ratio.toFixed(2)]);
  }
  return poor;
}"""
SMALL_TARGETS = """() => [...document.querySelectorAll("button, select, textarea, summary, .what, .answer, .tongues a")]
  .filter((element) => element.checkVisibility())
  .map((element) => [element.textContent.trim().slice(0, 20), element.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([name, box]) => [name, box.width, box.height])"""

COVERED = """() => [...document.querySelectorAll("select, .composer, .transcript, .winds")].some((element) => {
  const notice = document.querySelector(".toast:not(:empty)");
  const [a, b] = [element, notice].map((each) => each.getBoundingClientRect());
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
})"""


@pytest.fixture
async def app(tmp_path):
    config, customers = read_cast({"CXBOT_STORE__URL": f"sqlite:///{tmp_path}/demo.db"})
    started = await App.start(config, port=0, demo=Demo(DemoClock(), customers))
    yield started
    await started.stop()


@pytest.fixture
async def browser():
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        await opened.close()


@pytest.fixture
async def open_page(app, browser):
    """Opens a path in a browser of its own; what its console complains of is a failure."""
    complaints: list[str] = []

    async def open_at(path: str = "/try", *, viewport=None, **more):
        context = await browser.new_context(viewport=viewport or WIDE, **{"locale": "en-GB", **more})
        page = await context.new_page()
        page.set_default_timeout(SOON)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        await page.goto(app.url + path)
        return page

    yield open_at
    assert [said for said in complaints if not said.startswith("Failed to load resource")] == []


async def ask(page) -> None:
    await page.click("#happen [type=submit]")
    await page.wait_for_selector("#transcript-customer .choice", state="attached")


async def complain(page) -> None:
    """The customer answers with the lowest score and says why."""
    await ask(page)
    await page.click("#transcript-customer .choice >> nth=0")
    await page.wait_for_selector("#transcript-team .card")
    await page.fill("#words-customer", "Nobody called me back")
    await page.press("#words-customer", "Enter")
    await page.wait_for_selector("#transcript-team .card:has-text('Nobody called me back')")


async def transcripts(page) -> list[str]:
    return [await page.locator(f"#transcript-{seat}").inner_text() for seat in ("customer", "team", "admin")]


async def test_a_newcomer_sees_the_loop_without_a_reload_and_the_same_after_one(open_page):
    page = await open_page()
    await complain(page)
    await page.click("#transcript-team [data-choice^='c:claim']")
    await page.wait_for_selector("#transcript-team .card:has-text('Ana') [data-choice^='c:release']")
    await page.wait_for_selector("[data-step='2'].done")
    assert await page.locator("#transcript-team .card").count() == 1
    live = await transcripts(page)
    await page.reload()
    assert await transcripts(page) == live
    assert await page.locator(".steps .done").count() == 3


async def test_a_double_click_is_one_act(open_page):
    page = await open_page()
    await complain(page)
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.url.endswith("/act?lang=en") else None)
    await page.dblclick("#transcript-team [data-choice^='c:claim']")
    await page.wait_for_selector("#transcript-team [data-choice^='c:release']")
    assert len(posts) == 1


async def test_a_form_can_be_filled_left_and_corrected_by_keyboard(open_page):
    page = await open_page()
    await complain(page)
    resolve = "#transcript-team [data-choice^='c:resolve']"
    await page.focus(resolve)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("dialog[open]")
    assert await page.evaluate("document.activeElement.closest('dialog') !== null")
    await page.keyboard.press("Escape")
    await page.wait_for_selector("dialog[open]", state="hidden")
    assert await page.evaluate("document.activeElement.dataset.choice.startsWith('c:resolve')")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("dialog[open]")
    await page.click("dialog [type=submit]")
    await page.wait_for_selector("dialog [aria-invalid=true]")
    assert await page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
    await page.select_option("dialog select", index=1)
    await page.fill("dialog textarea >> nth=0", "Called back and sent a new one")
    await page.click("dialog [type=submit]")
    await page.wait_for_selector("dialog[open]", state="hidden")
    await page.wait_for_selector("#transcript-team [data-choice^='c:reopen'], #transcript-team [data-choice^='c:undo']")


async def test_the_customer_can_answer_by_keyboard_alone_and_keeps_their_place(open_page):
    page = await open_page()
    await page.focus("#happen [type=submit]")
    await page.keyboard.press("Enter")
    await page.focus("#transcript-customer .choice >> nth=1")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#transcript-team .card")
    assert await page.evaluate("document.activeElement.closest('#transcript-customer') !== null")
    await page.focus("#words-customer")
    await page.keyboard.type("first line")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("second line")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#transcript-customer .mine:has-text('second line')")
    assert await page.input_value("#words-customer") == ""


async def test_a_picture_and_a_location_never_stop_the_conversation(open_page, tmp_path):
    page = await open_page()
    await ask(page)
    picture = tmp_path / "broken.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    await page.set_input_files("[data-upload]", picture)
    await page.wait_for_selector("#transcript-customer .mine .attachment")
    await page.click("[data-attach]")
    await page.click("[data-media=location]")
    await page.wait_for_selector("#transcript-customer .attachment >> nth=1")
    picture.write_bytes(b"not a picture at all")
    await page.set_input_files("[data-upload]", picture)
    await page.wait_for_selector("[data-toast=customer]:has-text('neither a picture')")


async def test_the_clock_is_wound_and_reminders_are_seen_at_once(open_page):
    page = await open_page()
    await complain(page)
    before = await page.inner_text("#clock")
    await page.click("[data-wind=morning]")
    await page.wait_for_selector(".toast:not(:empty)")
    await page.click("[data-wind='1h']")
    await page.wait_for_selector("#transcript-team .thread, #transcript-team li >> nth=1")
    assert await page.inner_text("#clock") != before


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "zh-TW"])
async def test_everything_fits_reads_and_can_be_touched_on_a_narrow_screen(open_page, locale, colours):
    page = await open_page(viewport=NARROW, locale=locale, color_scheme=colours)
    await ask(page)
    for tab in ("start", "customer", "team", "admin"):
        await page.click(f".tabs [data-tab={tab}]")
        if tab == "customer":
            await page.click("#transcript-customer .choice >> nth=0")
            await page.wait_for_selector("#transcript-team .card", state="attached")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        assert await page.evaluate(SMALL_TARGETS) == []
        assert await page.evaluate(CONTRASTS) == []
    assert await page.locator("#transcript-team .card").is_visible() is False


async def test_another_seat_can_be_taken_and_another_language_read(open_page):
    page = await open_page()
    await page.select_option("[data-pick=team]", "team:delivery")
    await page.wait_for_selector("[data-pick=member] option[value='member:wei']:checked", state="attached")
    await page.select_option("[data-pick=customer]", "customer:mei")
    await page.click(".tongues [lang=zh-TW]")
    await page.wait_for_selector("html[lang=zh-TW]")
    assert await page.input_value("[data-pick=team]") == "team:delivery"
    assert await page.input_value("[data-pick=customer]") == "customer:mei"


async def survey_link(page) -> str:
    await ask(page)
    await page.wait_for_selector("#survey-link:not([hidden])")
    return await page.get_attribute("#survey-link", "href")


async def test_the_survey_page_shows_the_way_an_answer_leads_and_names_what_is_missing(open_page):
    link = await survey_link(await open_page())
    page = await open_page(link, viewport=NARROW)
    assert await page.locator("[data-question]:visible").count() == 1
    await page.click("[type=submit]")
    await page.wait_for_selector("#mistakes")
    assert await page.evaluate("document.activeElement.name") == "q.score"
    assert await page.evaluate(CONTRASTS) == []
    await page.click("label.answer >> nth=0")
    assert await page.locator("[data-question]:visible").count() == 2
    await page.fill("textarea:visible", "Nobody called me back")
    assert await page.evaluate(SMALL_TARGETS) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await page.click("[type=submit]")
    await page.wait_for_selector(".seal")
    assert await page.evaluate(CONTRASTS) == []


async def test_the_survey_page_works_without_a_script(open_page):
    link = await survey_link(await open_page())
    page = await open_page(link, viewport=NARROW, java_script_enabled=False)
    await page.check("input[name='q.score'] >> nth=4", force=True)
    await page.click("[type=submit]")
    await page.wait_for_selector(".seal")


async def test_a_sound_that_was_kept_is_played_in_its_place(app, open_page):
    silence = (b"\xff\xfb\x90\x00" + bytes(413)) * 80
    given = {"person_id": "", "kind": "voice", "name": "voice.mp3", "mime": "audio/mpeg", "body": silence}
    await app.store.run(lambda tx: files.keep(tx, "fake/V-1", **given, now=0))
    page = await open_page(app.delivery.link("file", "fake/V-1", app.clock.now()).removeprefix(app.url))
    await page.wait_for_function("() => document.querySelector('video, audio').duration > 2")


async def test_an_admin_writes_a_survey_in_forms_and_publishes_it(open_page):
    page = await open_page()
    await page.fill("#words-admin", "survey edit csat question score")
    await page.press("#words-admin", "Enter")
    await page.wait_for_selector("dialog[open] textarea")
    await page.fill("dialog textarea >> nth=0", "How was our help?")
    await page.click("dialog [type=submit]")
    await page.wait_for_selector("#transcript-admin :text('How was our help?')")
    await page.fill("#words-admin", "survey publish csat")
    await page.press("#words-admin", "Enter")
    await page.click("#transcript-admin .choice:has-text('Publish')")
    await page.wait_for_selector("dialog[open] input")
    await page.click("dialog [type=submit]")
    await page.wait_for_selector("#transcript-admin :text('live as version 2')")
    await ask(page)
    await page.wait_for_selector("#transcript-customer :text('How was our help?')")


async def busy_channel(page) -> None:
    """A case whose card has long been scrolled away by what was asked below it."""
    await complain(page)
    for turn in range(1, 5):
        await page.fill("#words-team", "open")
        await page.press("#words-team", "Enter")
        await page.wait_for_selector(f"#transcript-team .mine >> nth={turn - 1}")
        await page.wait_for_selector(f"#transcript-team > li >> nth={2 * turn}")


async def wind_to_a_reminder(page) -> None:
    await page.click("[data-wind=morning]")
    await page.wait_for_selector("[data-toast=clock]:not(:empty)")
    for _ in range(2):
        await page.wait_for_selector("[data-wind]:not([aria-disabled])")
        await page.click("[data-wind='1h']")
    await page.wait_for_selector("[data-wind]:not([aria-disabled])")


@pytest.mark.parametrize(("locale", "words"), [("en-GB", "new"), ("zh-TW", "則新訊息")])
async def test_a_reminder_in_a_thread_far_above_is_marked_and_led_to_by_keyboard(open_page, locale, words):
    page = await open_page(locale=locale)
    await busy_channel(page) if locale == "en-GB" else await complain(page)
    await page.evaluate("document.querySelector('#transcript-team').style.maxHeight = '200px'")
    await wind_to_a_reminder(page)
    mark = page.locator("[data-news=team]")
    await mark.wait_for()
    assert words in await mark.inner_text()
    assert await mark.evaluate("mark => mark.parentElement.getAttribute('role')") == "status"
    await mark.focus()
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.closest('#transcript-team [data-entry]') !== null")
    assert await page.evaluate(CONTRASTS) == []
    for _ in range(20):
        if not await mark.is_visible():
            break
        await mark.click()
        await page.wait_for_timeout(400)
    assert not await mark.is_visible()


async def test_what_came_into_a_seat_that_is_not_shown_is_counted_on_its_tab(open_page):
    page = await open_page(viewport=NARROW)
    await ask(page)
    await page.click(".tabs [data-tab=customer]")
    await page.click("#transcript-customer .choice >> nth=0")
    await wind_to_a_reminder(page)
    await page.wait_for_selector(".tabs [data-tab=team] .unread b:not(:empty)")
    await page.click(".tabs [data-tab=team]")
    await page.wait_for_selector(".tabs [data-tab=team] .unread", state="hidden")


async def test_one_thing_is_said_at_a_time_and_it_covers_nothing(open_page):
    page = await open_page()
    await complain(page)
    await page.click("#transcript-team [data-choice^='c:claim']")
    await page.wait_for_selector("[data-toast=team]:not(:empty)")
    assert await page.evaluate(COVERED) is False
    await page.click("[data-wind='10m']")
    await page.wait_for_selector("[data-toast=clock]:not(:empty)")
    assert await page.locator(".toast:not(:empty)").count() == 1
    assert await page.evaluate(COVERED) is False


async def test_what_a_preview_says_of_the_way_stands_once(open_page):
    page = await open_page()
    await complain(page)
    await page.click("#transcript-team [data-choice^='c:resolve']")
    await page.click("dialog [data-preview]")
    await page.wait_for_selector("dialog .preview:not([hidden])")
    assert (await page.inner_text("dialog")).count("Can be delivered now.") == 1


async def test_a_long_form_has_its_buttons_in_sight_and_an_admins_fields_are_whole(open_page):
    page = await open_page()
    fits = "(element) => element.scrollWidth <= element.clientWidth"
    assert await page.locator("#words-admin").evaluate(fits)
    assert await page.locator(".commands").evaluate(fits)
    await page.fill("#words-admin", "survey new delivery csat")
    await page.press("#words-admin", "Enter")
    await page.wait_for_selector("dialog[open]")
    box = await page.locator("dialog [type=submit]").bounding_box()
    assert box["y"] + box["height"] <= WIDE["height"]
    labels = await page.locator("dialog label").all_inner_texts()
    assert [label for label in labels if label[0].islower()] == []


async def test_faces_are_drawn_on_the_phone_and_on_the_survey_page(open_page):
    page = await open_page()
    link = await survey_link(page)
    assert await page.locator("#transcript-customer .choice svg.face").count() == 5
    assert await page.locator("#transcript-customer .choice").all_inner_texts() == ["1", "2", "3", "4", "5"]
    page = await open_page(link, viewport=NARROW)
    assert await page.locator("label.answer svg.face").count() == 5


async def test_a_second_admin_approves_in_a_chat_of_their_own_and_the_forgotten_customer_can_begin_anew(open_page):
    page = await open_page()
    await complain(page)
    for words in ("role Ana admin everywhere", "forget Sam confirm"):
        await page.fill("#words-admin", words)
        await page.press("#words-admin", "Enter")
        await page.wait_for_selector(f"#transcript-admin .mine:has-text('{words}')")
    await page.wait_for_selector("#pick-admin [value='member:ana']", state="attached")
    await page.select_option("#pick-admin", "member:ana")
    await page.click("#transcript-admin .choice:has-text('Approve')")
    await page.wait_for_selector("#erased:not([hidden])")
    assert await page.locator("#transcript-customer li").count() == 0
    assert not await page.locator("#words-customer").is_visible()
    assert "Sam" not in await page.inner_text("#pick-customer")
    assert await page.evaluate(CONTRASTS) == []
    await page.click("[data-renew]")
    await page.wait_for_selector("#words-customer")
    await page.fill("#words-customer", "Hello again")
    await page.press("#words-customer", "Enter")
    await page.wait_for_selector("#transcript-customer .mine:has-text('Hello again')")
    await page.wait_for_selector("#transcript-customer .bot")
