"""The page at `/`, used by a real browser."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import ConsoleMessage, Page, async_playwright, expect

from tests.integration.serving import serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--autoplay-policy=no-user-gesture-required", "--mute-audio"),
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


def _bad(said: ConsoleMessage) -> bool:
    """Whatever the policy blocked or a script broke on; a refused request is no defect."""
    return said.type == "error" and "Failed to load resource" not in said.text


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with serving(tmp_path) as served, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = await browser.new_page(viewport={"width": 900, "height": 700})
        page.set_default_timeout(15_000)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if _bad(said) else None)
        await page.goto(f"http://127.0.0.1:{served.port}/")
        yield page
        await browser.close()
        assert problems == []


async def test_what_is_typed_is_spoken(page: Page) -> None:
    await page.locator("[name=text]").fill("Bonjour à tous.")
    await page.locator("[name=language]").select_option("fr")
    await page.locator("[name=voice]").select_option("Annie")
    await page.get_by_role("button", name="Speak").click()
    await expect(page.locator("output")).to_contain_text("Made by espeak")
    seconds = await page.locator("audio").evaluate("audio => audio.duration")
    assert 0.5 < seconds < 5


async def test_a_refusal_is_shown_and_the_button_comes_back(page: Page) -> None:
    await page.route("**/tts", lambda route: route.continue_(post_data='{"text": ""}'))
    await page.get_by_role("button", name="Speak").click()
    await expect(page.locator("output.failed")).to_contain_text("empty")
    await expect(page.get_by_role("button", name="Speak")).to_be_enabled()
