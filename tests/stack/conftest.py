"""The option that renews the golden templates."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `pytest tests/stack --golden` renew the golden files."""
    parser.addoption("--golden", action="store_true", help="renew the golden templates")
