"""A warm browser of the machine's own that records pages: `async with Browser(options) as b: await b.record(visit)`."""

from tocsin.net.browser.browser import Browser
from tocsin.net.browser.find import Lack, available
from tocsin.net.browser.recording import BrowserOptions

__all__ = ("Browser", "BrowserOptions", "Lack", "available")
