"""Measure the templates: beside the CDK, and as they grow. Neither engine nor account is needed."""

import os
import signal
import sys
import tempfile
from pathlib import Path

from bench import growth, synth
from bench.ratios import table
from bench.run import machine, say


def main() -> None:
    """Print the tables and the plot, which README.md has, and on what machine they came about."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # A user's Python keeps what it compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="slipway-bench-") as scratch:
        say("invoke stack.template and cdk synth")
        compared, resources = synth.compare(Path(scratch))
    say("templates of 50 to 500 resources")
    grown = growth.measure()
    print(table(compared))
    print(f"\n{resources} resources, the same ones on both sides.\n")
    print(growth.summary(grown))
    print(f"\n{growth.chart(grown)}\n\n{machine()}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        say("interrupted")
        sys.exit(130)
