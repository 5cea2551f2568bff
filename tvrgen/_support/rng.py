"""Random generators, one for each purpose; none is shared."""

import hashlib
import json

import numpy as np


def generator(seed: int, *key: str | int) -> np.random.Generator:
    """Random generator that depends on the seed and the key alone, e.g. (seed, "sample", "train", index, attempt)."""
    digest = hashlib.sha256(json.dumps([seed, *key]).encode()).digest()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(list(np.frombuffer(digest, "<u4").tolist()))))
