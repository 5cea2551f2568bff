"""Storage of datasets: a folder or an object store, how each commits a shard, and the locks against a second run.

`folder` commits a shard by one rename, `objectstore` by writing its shard.json last. `folder_lock` and `store_lock`
let one run write at a time.
"""
