"""tvrgen check: plans problems of a kind or a config, and verifies all that they promise."""

import argparse
from pathlib import Path

from tvrgen._support.errors import UserError
from tvrgen._support.messages import counted
from tvrgen.cli.common import Once, add_split, add_trust, natural, positive, text
from tvrgen.cli.progress_bar import Bar

HELP = "check a kind of change, or the kinds of a config"
DESCRIPTION = (
    "Plans problems of a kind of change, alone and beside others, or of a config, and verifies every rule: that each "
    "kind does what its members say, that answers are written, read and paid, that all is dealt evenly, that every "
    "change shows, and that no other short answer is right. Exits 1 if anything is wrong."
)
WHEN_STOPPED = "not everything was checked"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subject", metavar="KIND|CONFIG", help="a built-in kind or package.module:Class, whose module "
                        "may be in the working directory; or a YAML file, or a shipped config")  # fmt: skip
    parser.add_argument("--set", action="append", type=text, default=[], metavar="KEY=VALUE", help="overrides a key of "
                        "the config, or of those that are made for a kind")  # fmt: skip
    add_split(parser)
    parser.add_argument("--count", action=Once, type=positive, metavar="N", help="problems to plan of each split "
                        "(default: 1000)")  # fmt: skip
    parser.add_argument("--render", action=Once, type=natural, metavar="N", help="problems to render as drafts, where "
                        "Blender is installed (default: 2)")  # fmt: skip
    parser.add_argument("--seed", action=Once, type=natural, metavar="N", help="seed of the problems (default: the "
                        "config's)")  # fmt: skip
    add_trust(parser)


def run(options: argparse.Namespace) -> int:
    from tvrgen.checking import run as checks
    from tvrgen.checking import subjects
    from tvrgen.config.loader import load
    from tvrgen.config.overrides import assignments

    subjects.check_known(options.subject)
    overrides = assignments(options.set)
    with Bar("checking", "problems") as bar:
        checking = checks.Checking(
            count=checks.COUNT if options.count is None else options.count,
            render=checks.RENDERED if options.render is None else options.render,
            say=bar.say,
            progress=bar,
            debug=options.debug,
        )
        if subjects.is_kind(options.subject):
            if options.split is not None:
                raise UserError(f"--split {options.split}: is for a config; leave it out")
            checking.kind(options.subject, Path.cwd(), overrides, options.seed)
        else:
            seed = [] if options.seed is None else [("seed", options.seed)]
            config = load(options.subject, [*overrides, *seed], options.trust)
            checking.config(config, [config.split(options.split).name] if options.split is not None else ())
    faults = checking.faults
    print(f"{options.subject}: {counted(len(faults), 'fault') if faults else 'all checks hold'}")
    return 1 if faults else 0
