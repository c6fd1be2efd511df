"""What the tasks of `stack.` do: print, draw and check an environment's templates."""

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path

from slipway.cli.sessions import run_session
from slipway.errors import Failed
from slipway.events import Note, Say
from slipway.settings import Settings
from slipway.templates import blueprint

BUILD = Path("build")


def template(settings: Settings) -> str:
    """Return the application template as JSON."""
    return json.dumps(json.loads(blueprint.application(settings).body), indent=2)


def diagram(settings: Settings, form: str) -> str:
    """Return the drawing of the application stack; what the template prints goes elsewhere."""
    with redirect_stdout(sys.stderr):
        return blueprint.diagram(settings, form)


def lint(settings: Settings, say: Say) -> None:
    """Check the templates of both stacks, which are left in build/stack.

    Raises Failed that lists what our own checks found, and where cfn-lint finds something.
    """
    files = blueprint.write(settings, BUILD / "stack")
    if problems := blueprint.problems(settings):
        raise Failed(
            "\n  ".join([f"{len(problems)} problems:", *problems]),
            hint="correct them in stack/, or in your own template",
        )
    for note in blueprint.notes(settings):
        say(Note(note))
    run_session("cfn_lint", *map(str, files), "--regions", settings.region)
