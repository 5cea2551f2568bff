"""Storage of datasets: a folder or an object store, and the lock that lets one run write at a time."""
