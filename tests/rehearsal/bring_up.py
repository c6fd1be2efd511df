"""Bring the local account up with another server: the module that is named."""

import sys

from slipway import settings
from slipway.local import account, emulator

if __name__ == "__main__":
    emulator.MODULE = sys.argv[1]
    account.up(settings.load("local"), print)
