"""A run that makes a dataset: driver, crews of workers, journal, status and planning without images.

`run` makes a dataset from start to end. `driver` decides which shard is made next, how often it is tried and when a
worker counts as stuck; `local_crew` and `ray_crew` give shards to workers, and `worker` makes one.

Imports `dataset` and the layers below it; `ray` only inside functions. A new crew implements `driver.Crew`; a new
stage of making a shard starts in `worker`.
"""
