"""From a YAML file, or a dict, to frozen settings: read, checked against a schema, resolved.

`settings` is data that every package above `transformations` reads: `sections` has the keys, `constraints` the
values that `only` and `never` leave. It imports `transformations` and the layers below. The rest loads configs, and
imports `questions`, `sampling` and the layers below them. A new config key is one field of `settings`.
"""
