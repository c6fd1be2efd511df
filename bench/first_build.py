"""The rival of a second build: the command that `invoke build` runs, where no layer is kept.

The image gets a tag of its own, so that it takes no name from the one that it is compared with.
"""

from dataclasses import replace

from slipway import settings
from slipway.git import checkout
from slipway.image import build, context, recipe
from slipway.shell import run

local, current = settings.load("local"), checkout.current()
first = recipe.of(local, replace(current, tree="first"))
with context.exported(current) as folder:
    words = build.command(first, local.image_repository, folder, source="", base="")
    after = words.index("build") + 1
    run([*words[:after], "--no-cache", *words[after:]], show=True, timeout=build.BUILD_SECONDS)
