"""The pages, as a browser meets them."""

import re

import pytest
from flask.testing import FlaskClient

from webapp.app import SHOWN_ENTRIES, create_app
from webapp.models import MESSAGE_LENGTH, NAME_LENGTH, connect


def sign(client: FlaskClient, name: str = "Ada", message: str = "Hello", **headers: str) -> int:
    """Sign the guest book and return the status."""
    form = {"name": name, "message": message}
    return client.post("/sign", data=form, headers=headers).status_code


def test_an_entry_is_shown_after_signing(client: FlaskClient) -> None:
    """What was written comes back from Postgres."""
    assert sign(client, "Grace", "First of all") == 303

    page = client.get("/").text
    assert "Grace" in page
    assert "First of all" in page


def test_markup_in_an_entry_is_shown_as_text(client: FlaskClient) -> None:
    """A visitor cannot put a script into the page."""
    sign(client, message="<script>alert(1)</script>")

    assert "<script>" not in client.get("/").text


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "Hello"),
        ("Ada", "   "),
        ("a" * (NAME_LENGTH + 1), "Hello"),
        ("Ada", "m" * (MESSAGE_LENGTH + 1)),
        ("Ada", "nul \0 byte"),
    ],
)
def test_an_entry_that_does_not_fit_is_refused(
    client: FlaskClient, name: str, message: str
) -> None:
    """Empty, overlong and unstorable texts never reach the database."""
    assert sign(client, name, message) == 400
    assert "Nobody has signed yet" in client.get("/").text


def test_only_the_newest_entries_are_shown(client: FlaskClient) -> None:
    """The page stays small however many have signed."""
    for number in range(SHOWN_ENTRIES + 1):
        sign(client, message=f"entry-{number:03}")

    shown = re.findall(r"entry-\d+", client.get("/").text)
    assert shown == [f"entry-{number:03}" for number in range(SHOWN_ENTRIES, 0, -1)]


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}]
)
def test_a_form_on_another_site_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    """A visitor's browser cannot be made to sign."""
    assert sign(client, **headers) == 403


def test_every_link_is_relative(client: FlaskClient) -> None:
    """The page works below a prefix that a proxy strips."""
    links = re.findall(r'(?:href|action|src)="([^"]*)"', client.get("/").text)
    assert links
    assert not [link for link in links if link.startswith("/") or ":" in link]

    answer = client.post("/sign", data={"name": "Ada", "message": "Hello"})
    assert answer.headers["Location"] == "./"


def test_the_version_is_the_image_s(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """/version and the page show the revision that the image was built from."""
    monkeypatch.setenv("WEBAPP_REVISION", "0123456789abcdef")

    assert client.get("/version").json["revision"] == "0123456789abcdef"  # type: ignore[index]
    assert "0123456789ab" in client.get("/").text


def test_ready_means_that_the_database_answers(client: FlaskClient) -> None:
    """Ready with the database, not ready without it, alive all the same."""
    assert client.get("/health/ready").status_code == 200

    alone = create_app(connect("postgresql+psycopg://nobody@127.0.0.1:1/nothing")).test_client()
    assert alone.get("/health/ready").status_code == 503
    assert alone.get("/health/live").status_code == 200
