"""Stories of promises that the product does not keep yet: test's name -> what is missing.

A name without parameters is all of them. Each is expected to fail, strictly: the first run
after the product keeps the promise asks for the line to be removed here.
"""

PENDING: dict[str, str] = {}
