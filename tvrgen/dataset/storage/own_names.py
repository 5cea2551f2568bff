"""Names that runs give to the files and shards of a dataset. A run removes only what has such a name."""

import re

_DESCRIPTION = r"(config|dataset)\.json|preview\.png"
_LOG = r"lock|beat|again\.json|quarantine\.json|run-\d{8}T\d{6}-[0-9a-f]{6}\.jsonl|blender-.+-\d+\.log"
_IN_LOG = re.compile(_LOG)
_UNFINISHED = re.compile(rf"\.({_DESCRIPTION}|{_LOG}|shard-\d{{5,}})\.[0-9a-f]{{8}}\.(partial|old)")
_IN_SHARD = re.compile(
    r"(scenes|questions)\.jsonl|samples\.tar|(shard|run)\.json|(images|annotations)/\d{6,}-[^/]+|blend/\d{6,}\.blend"
)


def is_unfinished(name: str) -> bool:
    """Whether a file or folder, named without its path, is one that a run writes or replaces at this moment."""
    return _UNFINISHED.fullmatch(name) is not None


def is_log(name: str) -> bool:
    """Whether a file in log/ has a name that runs give."""
    return _IN_LOG.fullmatch(name) is not None


def is_of_shard(path: str) -> bool:
    """Whether a file, named by its path in a shard, has a name that runs give."""
    return _IN_SHARD.fullmatch(path) is not None
