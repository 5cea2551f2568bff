"""tvrgen list: shows what there is: kinds, attributes, shapes, prompts, formats, configs, scenes."""

import argparse
import json
import shutil
import sys
import textwrap

from tvrgen._support.errors import UserError
from tvrgen._support.messages import printable
from tvrgen.cli.common import Once, add_trust
from tvrgen.cli.topics import TOPICS, Entry

HELP = "show the kinds, shapes, formats, configs, ... that there are"
DESCRIPTION = "Shows what ships with tvrgen, or what a config has, a line each; without a TOPIC, what can be listed."
WHEN_STOPPED = "the list is incomplete"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", nargs="?", choices=TOPICS, metavar="TOPIC", help=", ".join(TOPICS))
    own = ", ".join(name for name, topic in TOPICS.items() if topic.of_config)
    parser.add_argument("--config", action=Once, metavar="CONFIG", help="a YAML file, or a shipped config, whose "
                        f"{own} are listed instead of the shipped ones")  # fmt: skip
    add_trust(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    from tvrgen.config.loader import load

    if options.config is not None and not (options.topic and TOPICS[options.topic].of_config):
        own = ", ".join(name for name, topic in TOPICS.items() if topic.of_config)
        raise UserError(f"--config {options.config}: is for {own} alone; leave it out")
    if options.topic:
        entries = TOPICS[options.topic].entries(
            load(options.config, trust=options.trust) if options.config is not None else None
        )
    else:
        entries = [Entry(name, topic.about, {"about": topic.about}) for name, topic in TOPICS.items()]
    if options.json:
        print(json.dumps([{"name": entry.name, **entry.facts} for entry in entries], indent=1))
    else:
        for entry in entries:
            print(_line(entry, max(len(other.name) for other in entries)))
    return 0


def _line(entry: Entry, width: int) -> str:
    """A name and its line beside it; wrapped on a terminal."""
    line = f"{entry.name:{width}}  {printable(entry.line)}"
    if not sys.stdout.isatty():
        return line
    columns = shutil.get_terminal_size().columns
    return textwrap.fill(line, max(columns, width + 20), subsequent_indent=" " * (width + 2), break_on_hyphens=False)
