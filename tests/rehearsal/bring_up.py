"""Bring the local account up with a server that asks for rights as AWS does: authority.py."""

from pipeline import settings
from pipeline.local import account, emulator

if __name__ == "__main__":
    emulator.MODULE = "tests.rehearsal.authority"
    account.up(settings.load("local"), print)
