"""The template of an environment, beside `cdk synth` of a stack that has the same resources."""

import json
import shutil
from pathlib import Path
from typing import Any

from bench.checkout import ROOT, Place
from bench.ratios import Comparison, Pairs, alternate
from bench.run import clock

GOAL = 0.2
RUNS = 15
STAGING = {
    "STAGING_AWS_REGION": "eu-west-1",
    "STAGING_AWS_STACKNAME": "shop-staging",
    "STAGING_ECR_REPOSITORY": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop-staging",
}
OURS = ("invoke", "stack.template", "--env", "staging")
INSTALL = ("npm", "install", "--no-audit", "--no-fund", "--no-package-lock")
# Without npx, which takes time of its own, and without what is no part of a template.
SYNTH = (
    *("node", "node_modules/aws-cdk/bin/cdk", "synth", "--app", "node app.js", "--quiet"),
    *("--no-notices", "--no-version-reporting", "--no-path-metadata", "--no-asset-metadata"),
)
PARTS = ("Parameters", "Conditions", "Resources", "Outputs")


def compare(scratch: Path) -> tuple[list[Comparison], int]:
    """Compare with `cdk synth`, as it comes and without its validation; count the resources."""
    ours = Place(ROOT, scratch)
    body = json.loads(ours.run(*OURS, env=STAGING))
    rival = install(scratch, body)
    found = [
        Comparison(f"`{' '.join(OURS)}`", name, GOAL, _pairs(ours, rival, words))
        for name, words in {
            "`cdk synth`": SYNTH,
            "`cdk synth --no-validation`": (*SYNTH, "--no-validation"),
        }.items()
    ]
    require_same(body, _synthesized(rival))
    return found, len(body["Resources"])


def install(scratch: Path, body: dict[str, Any]) -> Place:
    """Put the CDK and its app into a folder of their own, with our template to make again."""
    if not shutil.which("npm"):
        raise SystemExit("npm is not there; the rival is a program of Node, 20 or later")
    rival = Place(scratch / "cdk", scratch)
    shutil.copytree(Path(__file__).parent / "cdk", rival.folder)
    (rival.folder / "template.json").write_text(json.dumps(body))
    rival.run(*INSTALL)
    return rival


def offline(scratch: Path) -> dict[str, str]:
    """Make the variables by which the CDK asks nobody: no credentials, and nothing to report."""
    nowhere = str(scratch / "nowhere")
    return {
        "AWS_CONFIG_FILE": nowhere,
        "AWS_SHARED_CREDENTIALS_FILE": nowhere,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_HOME": str(scratch / "home"),
    }


def require_same(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Raise SystemExit when the two stacks are not one and the same."""
    here, there = plain(ours), plain(theirs)
    for part in PARTS:
        if len(here[part]) != len(there[part]):
            raise SystemExit(f"{part}: {len(here[part])} here, {len(there[part])} by the CDK")
        if other := [name for name in here[part] if here[part][name] != there[part].get(name)]:
            raise SystemExit(f"{part}: the CDK's {', '.join(other)} is another")


def plain(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Take a template's parts, with what a resource depends on as a list in order."""
    parts = {part: dict(body.get(part, {})) for part in PARTS}
    for name, each in parts["Resources"].items():
        given = each.get("DependsOn", [])
        needed = sorted([given] if isinstance(given, str) else given)
        parts["Resources"][name] = {**each, "DependsOn": needed}
    return parts


def _pairs(place: Place, rival: Place, synth: tuple[str, ...]) -> Pairs:
    ours = clock(place, *OURS, env=STAGING)
    theirs = clock(rival, *synth, env={**STAGING, **offline(rival.state)})
    return alternate(ours, theirs, RUNS)


def _synthesized(rival: Place) -> dict[str, Any]:
    stack = STAGING["STAGING_AWS_STACKNAME"]
    return dict(json.loads((rival.folder / "cdk.out" / f"{stack}.template.json").read_text()))
