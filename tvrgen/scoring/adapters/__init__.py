"""Adapters: `star_r1_reward` in the form that each trainer and evaluator calls.

| consumer | name or path of the reward |
|---|---|
| TRL | `tvrgen.adapters.trl.reward` in `reward_funcs` |
| verl | `reward.custom_reward_function.path=.../adapters/verl.py`, `.name=compute_score` |
| EasyR1 | `worker.reward.reward_function=.../adapters/easyr1.py:compute_score` |
| VLM-R1 | `tvrgen.adapters.vlm_r1.reward` in its registry of reward functions |
| ms-swift | `--external_plugins .../adapters/ms_swift/__init__.py --reward_funcs tvr` |
| reasoning-gym | `import tvrgen.adapters.reasoning_gym`, then the dataset `tvr` |
| verifiers | `tvrgen.adapters.verifiers.load_taskset`, or a module of two lines that names its taskset |
| NeMo Gym | `tvrgen.adapters.nemo_gym.TvrResourcesServer`, by the app.py that an export for it has |
| lmms-eval | the functions of `tvrgen.adapters.lmms_eval`, by the task's utils.py |
| VLMEvalKit | `python -m tvrgen.adapters.vlmevalkit run.py ...`, or a result file instead of run.py |

`python -c "import tvrgen.adapters.verl as m; print(m.__file__)"` prints such a path. Options of the reward are
keywords where the consumer can pass them; elsewhere they are set in the environment:
TVRGEN_REWARD="no_change=1, duplicates=ignore".
"""
