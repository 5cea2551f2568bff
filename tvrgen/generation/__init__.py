"""A run that makes a dataset: driver, crews of workers, journal, status and planning without images.

Imports `dataset` and the layers below it; `ray` only inside functions. A new crew implements `driver.Crew`; a new stage
of making a shard starts in `worker`.
"""
