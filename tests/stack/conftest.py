"""The option that renews the golden templates."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `pytest tests/stack --golden` write the golden files anew."""
    parser.addoption("--golden", action="store_true", help="write the golden templates anew")
