"""The API's documentation at `/docs`, used by a real browser that reaches no other host."""

import json
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, async_playwright, expect

from entrypoints.openai import wire
from tests.e2e.test_page import CHROMIUM, QUIET
from tests.integration.serving import serving

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with serving(tmp_path) as served, async_playwright() as playwright:
        home = f"http://127.0.0.1:{served.port}/"
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = await browser.new_page(viewport={"width": 1200, "height": 1400})
        page.set_default_timeout(20_000)
        problems: list[str] = []

        async def at_home_only(route: Route) -> None:
            if route.request.url.startswith((home, "data:", "blob:")):
                await route.continue_()
            else:
                problems.append(f"asks {route.request.url}")
                await route.abort()

        await page.route("**/*", at_home_only)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console", lambda said: problems.append(said.text) if said.type == "error" else None
        )
        await page.goto(f"{home}docs")
        await expect(page.locator(".info .title")).to_contain_text("Rhapsode")
        yield page
        await browser.close()
        assert problems == []


async def test_every_dialect_is_shown_and_its_operations_open(page: Page) -> None:
    tags = [each.split("\n")[0] for each in await page.locator(".opblock-tag").all_inner_texts()]
    assert {"Rhapsode", "OpenAI", "ElevenLabs", "MaryTTS", "Sentiric"} <= {
        each.strip() for each in tags
    }
    await page.locator("#operations-tag-OpenAI").click()
    await page.locator("#operations-OpenAI-post_v1_audio_speech .opblock-summary").click()
    shown = page.locator("#operations-OpenAI-post_v1_audio_speech")
    await expect(shown).to_contain_text("Speak at once, from the first sentence on")
    example = json.loads(await shown.locator("textarea").input_value())
    assert example == wire.EXAMPLE
    await expect(shown.locator("tr.response[data-code='401']")).to_contain_text(
        "authentication_error"
    )


async def test_what_is_tried_out_is_a_sound_that_plays(page: Page) -> None:
    await page.locator("#operations-tag-Sentiric").click()
    shown = page.locator("#operations-Sentiric-post_api_tts")
    await shown.locator(".opblock-summary").click()
    await shown.get_by_role("button", name="Execute").click()
    async with page.expect_download() as coming:
        await shown.get_by_role("link", name="Keep speech.wav").click()
    with wave.open(str(await (await coming.value).path())) as sound:
        assert sound.getnframes() > sound.getframerate()
        assert any(sound.readframes(sound.getnframes()))
    seconds = await shown.locator("audio").evaluate(
        "audio => new Promise(told => audio.duration ? told(audio.duration)"
        " : audio.addEventListener('loadedmetadata', () => told(audio.duration)))"
    )
    assert 1 < seconds < 6
