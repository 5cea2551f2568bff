"""Random generators, a separate one for each purpose."""

import hashlib
import json

import numpy as np


def generator(seed: int, *key: str | int) -> np.random.Generator:
    """Returns a random generator, a function of the seed and key, e.g. (seed, "sample", "train", index, attempt)."""
    digest = hashlib.sha256(json.dumps([seed, *key]).encode()).digest()
    words = np.frombuffer(digest, "<u4").astype(np.uint32)  # a list of the same numbers takes twice the time
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))
