"""A dataset on disk or in an object store: records, shards, storage, reading, validation and reports.

Imports `config` and the layers below it. A new key of a record starts in `records` and in its schema, a new storage in
`storage`, a new check in `validation`, a new table in `report.statistics`.
"""
