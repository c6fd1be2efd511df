"""The rival of a second build: the command that `invoke build` runs, where no layer is kept.

The image gets a tag of its own, so that it takes no name from the one that it is compared with.
"""

from dataclasses import replace

from pipeline import revision, settings
from pipeline.image import build
from pipeline.shell import run

first = replace(revision.current(), tree="first")
words = build.command(settings.load("local"), first, revision.source())
after = words.index("build") + 1
run([*words[:after], "--no-cache", *words[after:]], show=True, timeout=build.BUILD_SECONDS)
