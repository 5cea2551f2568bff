"""The `tvrgen` command."""

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path

from tvrgen._support.messages import counted
from tvrgen._support.progress import Bar
from tvrgen.cli import arguments
from tvrgen.errors import UserError


def main(given: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    options = argparse.Namespace(when_stopped="nothing was done", debug=False)
    try:
        arguments.parser().parse_args(given, options)
        return _COMMANDS[options.command](options)
    except KeyboardInterrupt:
        print(f"tvrgen: stopped; {options.when_stopped}", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output is gone
        return 141
    except (UserError, OSError, ModuleNotFoundError) as error:
        if options.debug:
            raise
        print(f"tvrgen: error: {_line(error)}", file=sys.stderr)
        return 2


def _line(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        extra = _EXTRAS.get(error.name or "", "render")
        return f"{error.name} is not installed; pip install 'tvrgen[{extra}]'"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split())


_EXTRAS = {"trimesh": "plan", "embreex": "plan", "matplotlib": "stats", "pyarrow": "export", "h5py": "export"}


def _generate(options: argparse.Namespace) -> int:
    from tvrgen._support import interrupts
    from tvrgen.config import loader, overrides
    from tvrgen.generation import driver, run

    interrupts.stop_on_sigterm()
    settings = loader.load(options.config, overrides.assignments(options.set))
    plan = run.Plan(
        splits=tuple([settings.split(options.split).name] if options.split else settings.splits),
        redo=tuple(options.redo),
        limits=driver.Limits(tries=options.max_retries + 1, seconds=options.time_limit),
        force=_workforce(options),
        threads=options.threads,
    )
    say = (lambda line: print(line, flush=True)) if options.log_json else None
    with Bar("rendering", "images", hidden=options.log_json) as bar:
        outcome = run.generate(settings, options.out, plan, bar, say)
    for failed in outcome.given_up:
        print(f"tvrgen: given up: {failed.task.shard.path}: {failed.reason}", file=sys.stderr)
    if not options.log_json:
        print(outcome.sentence)
    return 1 if outcome.given_up else 0


def _workforce(options: argparse.Namespace):
    """Ray's workers, or nothing where one process of this machine is asked for."""
    from tvrgen.generation.ray_crew import Workforce

    if options.address is None and (options.workers or 1) == 1 and not options.gpus_per_worker:
        return None
    if not options.cpus_per_worker and not options.gpus_per_worker:
        raise UserError("--cpus-per-worker 0: Ray would start workers without end; write 1")
    return Workforce(
        workers=options.workers if options.address else options.workers or 1,
        address=options.address,
        cpus=options.cpus_per_worker,
        gpus=options.gpus_per_worker,
        threads=options.threads,
        max_problems=options.max_problems_per_worker,
        max_memory=options.max_memory,
        dashboard=options.dashboard,
    )


def _plan(options: argparse.Namespace) -> int:
    from tvrgen.config import loader, overrides
    from tvrgen.generation import planning
    from tvrgen.sampling import design

    settings = loader.load(options.config, overrides.assignments(options.set))
    splits = [settings.split(options.split)] if options.split else list(settings.splits.values())
    ranges = []
    for split in splits:
        design.check(settings, split)
        if options.start >= split.count:
            raise UserError(
                f"--start {options.start}: split {split.name} ends at problem {split.count - 1}; write that or less"
            )
        stop = min(split.count, options.start + (options.count or split.count))
        ranges.append((split.name, options.start, stop))
    total = sum(stop - start for _, start, stop in ranges)
    kind = "question" if options.questions else "scene"
    with (
        _output(options.out, options.config) as file,
        Bar("planning", "problems", total, hidden=options.out == "-") as bar,
    ):
        for line in planning.lines(settings, ranges, options.workers, kind):
            file.write(line + "\n")
            bar.update(1)
    if options.out != "-":
        print(f"{options.out}: {counted(total, 'problem')}")
    return 0


def _check_apart(out: Path, option: str, *read: Path | None) -> None:
    """Raises UserError where a file to be written is one that is read, or of a dataset that is."""
    for path in filter(None, read):
        if out.resolve() == path.resolve():
            raise UserError(f"{option} {out}: is what is read; write another file's name")
        if path.is_dir() and path.resolve() in out.resolve().parents:
            raise UserError(f"{option} {out}: is a file of the dataset; write another file's name")
    if out.is_dir():
        raise UserError(f"{option} {out}: is a folder; write a file's name")
    if not out.resolve().parent.is_dir():
        raise UserError(f"{option} {out}: there is no such folder {str(out.parent)!r}; make it first")


def _output(name: str, config: str):
    from tvrgen._support.files import whole_file

    if not name:
        raise UserError("--out '': write a file's name, or - for standard output")
    if name != "-":
        _check_apart(Path(name), "--out", Path(config))
    return nullcontext(sys.stdout) if name == "-" else whole_file(Path(name))


def _validate(options: argparse.Namespace) -> int:
    from tvrgen.dataset import reader
    from tvrgen.dataset.validation.files import dataset_faults

    count = 0
    for fault in dataset_faults(options.dataset):
        print(fault)
        count += 1
    splits = reader.open_dataset(options.dataset).description["splits"]
    questions = sum(s["questions"] for s in splits.values())
    state = counted(count, "fault") if count else "sound"
    print(f"{options.dataset}: {state}, {counted(questions, 'question')} in {', '.join(splits)}")
    return 1 if count else 0


def _stats(options: argparse.Namespace) -> int:
    from tvrgen._support import json_lines
    from tvrgen.dataset import reader
    from tvrgen.dataset.report.page import write_report

    source, questions = options.source, ()
    if "://" in source or Path(source).is_dir():
        opened = reader.open_dataset(source)
        lines, questions = opened.scenes(), opened.questions()
    else:
        lines = json_lines.read(Path(source))
    for sentence in write_report(lines, options.out, source, questions):
        print(sentence)
    print(f"{options.out}: look at {options.out / 'index.html'}")
    return 0


def _score(options: argparse.Namespace) -> int:
    from tvrgen._support.files import pretty, whole_file
    from tvrgen.scoring import summary
    from tvrgen.scoring.options import options_from

    if options.json:
        if str(options.json) == "-":
            raise UserError("--json -: figures go into a file, beside what is printed; write its name")
        _check_apart(options.json, "--json", options.predictions, Path(options.dataset))
    given = [pair.partition("=")[::2] for pair in options.reward]
    how = options_from([("untagged", options.untagged), *((name.strip(), value) for name, value in given)])
    with Bar("scoring", "questions") as bar:
        figures = summary.scores(options.dataset, options.predictions, options.baseline, options.split, how, bar)
    if options.json:
        with whole_file(options.json) as file:
            file.write(pretty(figures).decode())
    for line in summary.lines(figures):
        print(line)


def _export(options: argparse.Namespace) -> int:
    from tvrgen.export.run import export

    sentence = export(
        options.dataset,
        options.format,
        options.out,
        split=options.split,
        filters=options.filter,
        order=options.order,
        licence=options.licence,
        hidden=False,
    )
    print(sentence)
    return 0


def _status(options: argparse.Namespace) -> int:
    from tvrgen.dataset.storage.open import open_storage
    from tvrgen.generation import status

    for sentence in status.lines(open_storage(options.dataset)):
        print(sentence)
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from tvrgen.generation import doctor

    ready = True
    for fine, line in doctor.examine():
        print(f"{'ok  ' if fine else 'FAIL'}  {line}", flush=True)
        ready &= fine
    return 0 if ready else 1


_COMMANDS = {
    "generate": _generate,
    "plan": _plan,
    "validate": _validate,
    "stats": _stats,
    "score": _score,
    "export": _export,
    "status": _status,
    "doctor": _doctor,
}
"""What `tvrgen.cli.arguments` calls a command -> what runs it."""


if __name__ == "__main__":
    sys.exit(main())
