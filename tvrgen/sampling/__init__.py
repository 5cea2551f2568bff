"""Sampling of fair problems from their indices: design, placement, rules and identity.

`design`, with `blocks` and `decks`, decides the levels of each problem; `sampler` draws a problem with them, by
`looks` and `placement`. `rules` lists why a draw is rejected, each rule with the changes of the config that help;
`fairness` and `uniqueness` check them, and `feasibility` refuses a config that no problem can meet. `explanations`
searches for all short answers to a problem. `identity` assigns problems to
splits.

Imports `imaging`, `config.settings`, `transformations`, `scene` and the layers below them. A new level to balance
starts in `design`, a new rule of a fair problem in `rules`.
"""
