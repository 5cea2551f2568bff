"""Questions about a problem, one file a family: prompt, answer, rationale and difficulty.

Imports `sampling` and the layers below it; `forms`, which scorers use, needs the standard library alone. A new family
is a file here, as `changes` is; a new prompt is a template in `configs/prompts`; a new form of answers is a file in
`forms`.
"""
