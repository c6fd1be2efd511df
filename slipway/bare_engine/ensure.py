"""A container engine and the base images: found, started, installed or made."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from slipway.bare_engine import base_images, debian, debian_engine
from slipway.docker import engine, machine
from slipway.docker.engine import Engine
from slipway.events import Note, Say
from slipway.settings import Settings

DOTENV = Path(".env")


def ensure(settings: Settings, say: Say) -> None:
    """Have a container engine and the base images, and keep the images' names in .env.

    Raises what `ensure_engine` and `base_images.ensure` raise.
    """

    def note(text: str) -> None:
        say(Note(text))

    running = ensure_engine(note)
    images = base_images.ensure(settings.python_image, settings.postgres_image, note)
    base_images.remember(images, DOTENV, note)
    note(f"engine {running.version} runs; base images: {images.python}, {images.postgres}")


def ensure_engine(say: Callable[[str], None]) -> Engine:
    """Find the running engine, or start one, or install one and start it.

    Raises ConfigurationError if it can do none of these, or if the running engine lacks
    buildx or the containerd image store, which keeps digests. Raises Failed when the disk is
    too full, or when the engine does not start.
    """
    running, words = engine.probe()
    if running:
        return engine.sufficient(running)
    facts = replace(engine.look(words), installed=debian_engine.installed())
    action = machine.decide(facts)
    if action is machine.Action.EXPLAIN:
        raise machine.explain_missing_engine(facts)
    with debian.alone():
        if action is machine.Action.INSTALL:
            debian_engine.install(say)
        debian_engine.start(say)
    return engine.require()
