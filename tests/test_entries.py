"""What the entries promise to those who read their output."""

import re
from pathlib import Path

ENTRIES = Path(__file__).parents[1] / "entries"


def test_the_access_log_has_nothing_decoded() -> None:
    """A path such as /%0a%1b[2J is logged as it was sent, so it cannot forge a line of the log.

    Of gunicorn's fields (https://docs.gunicorn.org/en/stable/settings.html#access-log-format)
    these alone are free of decoded and of client-chosen header text.
    """
    (form,) = re.findall(r"--access-logformat '(.*)'", (ENTRIES / "web.sh").read_text())
    assert set(re.findall(r"%\((.*?)\)s", form)) <= {"m", "{raw_uri}e", "s", "b", "M"}
