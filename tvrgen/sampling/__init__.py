"""From the index of a problem to a fair problem: design, placement, rules and identity.

Imports `imaging`, `config.settings`, `transformations`, `scene` and the layers below them. A new level to balance
starts in `design`, a new rule of a fair problem in `fairness`.
"""
