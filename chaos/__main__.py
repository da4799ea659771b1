"""`python -m chaos quick|full|live|lock|mutants|some [--seed N]`: under portal.settings.chaos; see the Makefile."""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.chaos")
django.setup()

from chaos import campaign, live, mutants, planning  # noqa: E402 (Django must be set up first)
from chaos.ground import prepare  # noqa: E402
from chaos.stage import VirtualClock  # noqa: E402
from chaos.trial import Trials  # noqa: E402


def say(line: str) -> None:
    """One line to the terminal, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run a tier and print what it found; 1 when anything is wrong."""
    parser = argparse.ArgumentParser(prog="chaos")
    parser.add_argument("tier", choices=("quick", "full", "live", "lock", "mutants", "some"))
    parser.add_argument("trials", nargs="*", help="for some: see campaign.some; for live: how a kind begins")
    parser.add_argument("--only", default="", help="for mutants: part of a name")
    parser.add_argument("--but", default="", help="for mutants: an invariant to leave out")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    chosen = parser.parse_args()
    if chosen.tier == "some":
        say(json.dumps(campaign.some(chosen.trials, chosen.seed), ensure_ascii=False))
        return 0
    if chosen.tier == "live":
        return _alive(chosen.seed, *chosen.trials[:1])
    if chosen.tier == "mutants":
        return _mutants(chosen)
    return _campaign(chosen)


def _alive(seed: int, only: str = "") -> int:
    wrong = 0
    for outcome in live.run(seed, only):
        say(f"{outcome.flow} at rest {outcome.heal_s:.1f} s later {json.dumps(outcome.violations, ensure_ascii=False)}")
        wrong += bool(outcome.violations)
    return 1 if wrong else 0


def _mutants(chosen: argparse.Namespace) -> int:
    found = mutants.run(say, seed=chosen.seed, only=chosen.only, but=chosen.but)
    caught = sum(end == mutants.CAUGHT for end in found.values())
    say(f"{caught} of {len(found)} caught")
    return 0 if found and caught == len(found) else 1


def _campaign(chosen: argparse.Namespace) -> int:
    began = time.monotonic()
    say(f"seed {chosen.seed}")
    ground = prepare()
    found = planning.enumerate_all(Trials(ground, VirtualClock(), chosen.seed))
    ground.servers.close()
    if chosen.tier == "lock":
        planning.write_lock(found)
        return 0
    lost = planning.lost_points(found)
    jobs = planning.plan(found, chosen.tier, chosen.seed)
    report = campaign.run(jobs, chosen.seed, say, alive=chosen.tier == "full")
    report.points = len(planning.places_of(point for points in found.values() for point in points))
    report.violations += [{"flow": "lock", "at": [], "wrong": {"points": lost}}] if lost else []
    campaign.REPORT.write_text(json.dumps(report.__dict__, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for one in report.violations:
        say(json.dumps(one, ensure_ascii=False)[:600])
    say(json.dumps({**report.__dict__, "violations": len(report.violations)}, ensure_ascii=False))
    say(f"{time.monotonic() - began:.0f} s")
    return 0 if report.whole else 1


if __name__ == "__main__":
    sys.exit(main())
