"""tvrgen vocabulary: renders every look of a config's vocabulary on one sheet."""

import argparse
from pathlib import Path

from tvrgen._support import interrupts
from tvrgen._support.errors import UserError
from tvrgen._support.files import whole_file
from tvrgen.cli.common import Once, add_config, add_trust, check_output, file, positive
from tvrgen.cli.progress_bar import Bar
from tvrgen.config.settings import PRESETS

HELP = "render every look of a vocabulary on one sheet"
DESCRIPTION = (
    "Renders every look of a config's vocabulary (each shape in each size, color and material) on one sheet with "
    "labelled rows and columns, each as in the middle of an image, to see whether they can be told apart."
)
WHEN_STOPPED = "nothing was written"


def arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_trust(parser)
    parser.add_argument("--out", required=True, type=file, metavar="FILE.png", help="the sheet")
    parser.add_argument("--only", action="append", default=[], metavar="ATTRIBUTE=VALUE,...", help="only looks with "
                        "these values, such as size=small or color=red,orange; can be given several times")  # fmt: skip
    parser.add_argument("--camera", action=Once, metavar="NAME", help="default: the camera of initial images")
    parser.add_argument("--preset", action=Once, choices=PRESETS, help="default: the config's render settings")
    parser.add_argument("--width", action=Once, type=positive, metavar="PIXELS", help="scale: objects are as large as "
                        "in images of this width (default: 640)")  # fmt: skip


def run(options: argparse.Namespace) -> int:
    from tvrgen.config.loader import load
    from tvrgen.config.overrides import assignments
    from tvrgen.generation import looks

    if options.out.suffix.lower() != ".png":
        raise UserError(f"--out {options.out}: write the name of a PNG file, such as sheet.png")
    config = load(options.config, assignments(options.set), options.trust)
    check_output(options.out, "--out", [Path(options.config)])
    with (
        interrupts.sigterm_as_interrupt(),
        whole_file(options.out) as out,  # before minutes of rendering: it may not be writable
        Bar("rendering", "looks") as bar,
    ):

        def progress(done: int, total: int) -> None:
            if done == 1:
                bar.expect(total)
            bar.update(1)

        sheet = looks.sheet(
            config,
            options.split,
            only=_only(options.only),
            camera=options.camera,
            width=options.width or looks.WIDTH,
            preset=options.preset,
            progress=progress,
        )
        sheet.save(out.buffer, "PNG")
    print(f"{options.out}: {sheet.width} x {sheet.height} pixels")
    return 0


def _only(texts: list[str]) -> dict[str, list[str]]:
    """Attribute -> values, of texts like "color=red,orange"."""
    chosen: dict[str, list[str]] = {}
    for text in texts:
        attribute, equals, values = text.partition("=")
        if not equals or not values:
            raise UserError(f"--only {text}: write an attribute and its values, such as --only color=red,orange")
        chosen.setdefault(attribute.strip(), []).extend(value.strip() for value in values.split(","))
    return chosen
