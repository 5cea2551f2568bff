"""The next round's data from a model's samples: `tvrgen harvest DATASET RESPONSES.jsonl --out DIR`.

Imports `export` and the layers below it. `grading` grades the samples, `choice` chooses the responses to train on, and
`sft` writes them. `failures` groups what was answered wrong, and `next_config` plans problems like it. `thresholds`
parts questions by pass rate, `parts` writes the files, and `run` harvests.
"""
