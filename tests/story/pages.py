"""Lists that are answered in pages."""

from typing import Any


def page_of(size: int, request: dict[str, Any], name: str, items: list[Any]) -> dict[str, Any]:
    """Return the page of a list that the token of a call names, and the token of the next."""
    first = int(request.get("NextToken", 0))
    last = first + size
    more = {"NextToken": str(last)} if len(items) > last else {}
    return {name: items[first:last], **more}
