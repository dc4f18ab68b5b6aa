"""A headless browser: what a user sees and does in it."""

from __future__ import annotations

import base64
from typing import Callable, TypeVar

from selenium import webdriver
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

_PATIENCE = 600

_Found = TypeVar("_Found")

_ARGUMENTS = [
    "--headless=new",
    # As root, Chromium starts only without its sandbox. It opens only our own pages.
    "--no-sandbox",
    "--disable-gpu",
    # Containers have little shared memory.
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


class Browser:
    """Chromium, driven by chromedriver; both are Debian's packages."""

    def __init__(self) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in _ARGUMENTS:
            options.add_argument(argument)
        service = webdriver.ChromeService("/usr/bin/chromedriver")
        self._driver = webdriver.Chrome(options, service)

    def quit(self) -> None:
        """End the browser and its driver."""
        self._driver.quit()

    def forget(self) -> None:
        """Start over as another user's browser, without cookies."""
        self._driver.execute_cdp_cmd("Network.clearBrowserCookies", {})

    def open(self, url: str) -> None:
        """Go to an address."""
        self._driver.get(url)

    @property
    def url(self) -> str:
        """The address of the page."""
        return self._driver.current_url

    @property
    def source(self) -> str:
        """The HTML of the page."""
        return self._driver.page_source

    def cookie(self, name: str) -> dict[str, object] | None:
        """The cookie of this name that the page's server has set."""
        return self._driver.get_cookie(name)

    def set_cookie(self, cookie: dict[str, object]) -> None:
        """Set a cookie again."""
        self._driver.add_cookie(cookie)

    def click(self, selector: str) -> None:
        """Click the element that a CSS selector finds, and wait for the next page."""
        # The next page has a new window object, without this mark.
        self._driver.execute_script("window.isLeft = true")
        self._find(selector).click()
        arrived = "return !window.isLeft && document.readyState === 'complete'"
        self._wait(
            lambda driver: bool(driver.execute_script(arrived)),
            f"{selector} opens no page",
        )

    def send_twice(self, selector: str) -> None:
        """Send the form of a button two times at once, as a double click does."""
        self._driver.set_script_timeout(_PATIENCE)
        self._driver.execute_async_script(
            """
            const [selector, done] = arguments
            const form = document.querySelector(selector).form
            const body = new URLSearchParams(new FormData(form))
            const send = () => fetch(form.action, { method: "POST", body })
            Promise.all([send(), send()]).then(done)
            """,
            selector,
        )

    def begin_to_send(self, selector: str) -> None:
        """Send the form of a button, and stay on the page."""
        self._driver.execute_script(
            """
            const form = document.querySelector(arguments[0]).form
            const body = new URLSearchParams(new FormData(form))
            fetch(form.action, { method: "POST", body }).catch(() => {})
            """,
            selector,
        )

    def reload(self) -> None:
        """Load the page again."""
        self._driver.refresh()

    def picture(self, width: int) -> bytes:
        """The whole page as a picture (PNG)."""
        size = {"width": width, "height": 320, "deviceScaleFactor": 1, "mobile": False}
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        height = self._driver.execute_script(
            "return document.documentElement.scrollHeight"
        )
        whole = {**size, "height": height}
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", whole)
        taken = self._driver.execute_cdp_cmd(
            "Page.captureScreenshot", {"format": "png"}
        )
        self._driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        return base64.b64decode(taken["data"])

    def press(self, selector: str) -> None:
        """Press a button that does not leave the page."""
        self._find(selector).click()

    def wait_for_text(self, selector: str, text: str) -> None:
        """Wait until the element that a CSS selector finds shows this text."""

        def shows(driver: webdriver.Chrome) -> bool:
            return text in driver.find_element(By.CSS_SELECTOR, selector).text

        self._wait(shows, f"{selector} does not show {text!r}")

    def type(self, selector: str, text: str) -> None:
        """Type into a field."""
        self._find(selector).send_keys(text)

    def text(self, selector: str) -> str:
        """The visible text of the element that a CSS selector finds."""
        return self._find(selector).text

    def shows(self, selector: str) -> bool:
        """Whether the page has such a visible element."""
        found = self._driver.find_elements(By.CSS_SELECTOR, selector)
        return any(element.is_displayed() for element in found)

    def _find(self, selector: str) -> WebElement:
        def visible(driver: webdriver.Chrome) -> WebElement | None:
            element = driver.find_element(By.CSS_SELECTOR, selector)
            return element if element.is_displayed() else None

        element = self._wait(visible, f"the page has no {selector}")
        assert element is not None
        return element

    def _wait(
        self, condition: Callable[[webdriver.Chrome], _Found], problem: str
    ) -> _Found:
        # While the page changes, the driver also raises errors of other kinds.
        wait = WebDriverWait(self._driver, _PATIENCE, 0.05, [WebDriverException])
        try:
            return wait.until(condition)
        except TimeoutException:
            page = f"{self.url}\n{self._driver.page_source}"
            raise AssertionError(f"{problem}: {page}") from None
