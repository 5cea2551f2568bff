"""A run that makes a dataset: driver, crews of workers, journal, status and planning without images.

`run` makes a dataset from start to end: `crews` chooses the crew, `driver` decides which shard is made next, how often
it is tried and when a worker counts as stuck, and `journal` logs it. A crew gives shards to workers, and `worker` makes
one. `local_crew` is this process. `ray_crew` starts `ray_actor` processes through `ray_session`; `ray_layout` and
`ray_nodes` determine how many run on which node.

GPUs: `machine` lists the hardware, `allocation` computes the number of workers, and `node` prepares a node with the
kernels and with MPS (`mps`, `mps_folder`, `mps_watcher`). `doctor`, `doctor_gpus` and `trial` check a machine.

Imports `dataset` and the layers below it; `ray` only inside functions. A new crew implements `driver.Crew`; a new
stage of making a shard starts in `worker`.
"""
