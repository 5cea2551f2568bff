"""From a YAML file, or a dict, to frozen settings: read, checked against a schema, resolved.

Imports `questions`, `sampling`, `settings` and what lies below them. A new config key starts in `tvrgen.settings`.
"""
