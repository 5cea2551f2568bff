"""A dataset on disk or in an object store: records, shards, storage, reading, validation and reports.

`records` writes scene lines and question lines, `upgrade` reads those of former formats, `shard_formats` defines how a
shard holds them, `shards` lists and describes shards, `catalog` describes the whole dataset, `reader` reads it back.
`storage` commits a shard, so that readers see it whole or not at all, and locks the dataset against a second run.

Imports `config` and the layers below it. A new key of a record starts in `records` and in its schema, a new storage
in `storage`, a new check in `validation`, a new table in `report.statistics`.
"""
