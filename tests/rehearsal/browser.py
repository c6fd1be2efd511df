"""A real browser, and a site of a foreign name that it visits."""

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from slipway.bare_engine import debian
from slipway.docker import machine

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

FOREIGN, REBOUND = "evil.example", "rebound.example"
# Debian's package -> the names that the program has there and elsewhere.
PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "chromium-driver": ("chromedriver",),
}
# In a container it has no sandbox of its own; nothing is asked of its maker.
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-proxy-server"),
)


def programs() -> list[str]:
    """Return the paths of the browser and its driver; on Debian as root they are installed."""
    packages = [package for package, names in PROGRAMS.items() if not path_of(names)]
    if packages and machine.is_supported() and machine.is_root():
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "--quiet", "update"], [*debian.INSTALL, *packages]):
            subprocess.run(command, check=True, env=quiet, timeout=600)
    paths = [path_of(names) for names in PROGRAMS.values()]
    if not all(paths):
        pytest.fail(f"this test needs {' and '.join(packages)}; install them")
    return paths


def path_of(names: tuple[str, ...]) -> str:
    """Return the path of the first program that is there; "" if none is."""
    return next((path for name in names if (path := shutil.which(name))), "")


@contextmanager
def browsing() -> Iterator["Chrome"]:
    """Start a browser to which two foreign names are this machine, with a profile of its own."""
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    chromium, driver = programs()
    options = ChromeOptions()
    options.binary_location = chromium
    with tempfile.TemporaryDirectory(prefix="browser-") as profile:
        rules = f"MAP {FOREIGN} 127.0.0.1, MAP {REBOUND} 127.0.0.1"
        for option in (*OPTIONS, f"--user-data-dir={profile}", f"--host-resolver-rules={rules}"):
            options.add_argument(option)
        browser = Chrome(options=options, service=ChromeService(driver))
        browser.set_page_load_timeout(30)
        browser.set_script_timeout(30)
        try:
            yield browser
        finally:
            browser.quit()


class Page(BaseHTTPRequestHandler):
    """Answers every request with the site's one page."""

    server: "Site"

    def do_GET(self) -> None:
        """Send the page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.server.page.encode())

    def log_message(self, *given: object) -> None:
        """Write no log."""


class Site(ThreadingHTTPServer):
    """A site on this machine, which the browser knows by a foreign name."""

    page = ""

    @property
    def url(self) -> str:
        """Its address, as the browser sees it."""
        return f"http://{FOREIGN}:{self.server_port}/"


@contextmanager
def foreign_site() -> Iterator[Site]:
    """Serve a page under a foreign name, until the end of the block."""
    site = Site(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        thread.join()
        site.server_close()
