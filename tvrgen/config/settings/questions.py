"""The questions of a split: the list of families, and the templates of their prompts.

The first paragraph of each docstring is the section's description in the schema.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from tvrgen._support.keys import REQUIRED, Key

Variants = Annotated[
    dict[str, tuple[str, ...]],
    Key(
        "Name -> texts, of which each question has one, drawn by its id.",
        default={},
        names="^[A-Za-z0-9_]+$",
        entries="texts",
    ),
]
"""The variants of a template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The text of a question, with placeholders.

    `answer` is a form of tvrgen.questions.forms. The schema is prompt.schema.json.
    """

    answer: Annotated[
        str,
        Key(
            "The form of answers. triplet: 2.color.cyan. function: change_color(2, 'cyan'). description: large red "
            "metal cube.color.cyan.",
            default="triplet",
            choices=("triplet", "function", "description"),
        ),
    ]
    text: Annotated[
        str,
        Key(
            "The prompt. {objects}: the initial objects, a line each; {changes}: the kinds of change and their values, "
            "a line each; {looks}: the attributes by which objects are named; {directions}, {leaving}, "
            "{repeat}: the keys of these names; {example}: an answer of the right form; {no_change}: the answer if "
            "nothing changed; and the names of the variants. Braces of your own are doubled.",
            default=REQUIRED,
        ),
    ]
    directions: Annotated[
        str,
        Key(
            "Text for splits in which objects can move. {length}: metres of a move of distance 1; {stage}: metres of a "
            "side of the stage.",
            default="",
        ),
    ]
    leaving: Annotated[str, Key("Text for splits in which objects can leave or enter the stage.", default="")]
    repeat: Annotated[str, Key("Text for splits in which an object may change twice in one kind.", default="")]
    variants: Variants
    general: ClassVar[
        Annotated[
            dict[str, Any],
            Key(
                "Keys in place of those above for configs with a kind of change that is more than an object and a "
                "value, or with further attributes of objects.",
                form="general",
            ),
        ]
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesSettings:
    """The prompt of questions, and their rationale."""

    prompt: Annotated[
        Prompt,
        Key(
            "The template: star_r1, terse, no_objects, function, a YAML file beside the config, or the template itself "
            "(prompt.schema.json).",
            default="star_r1",
            form="template",
        ),
    ]
    rationale: Annotated[
        str,
        Key(
            "The reasoning that leads to the answer, beside each question. full: of every object; short: of those that "
            "change.",
            default="none",
            choices=("none", "short", "full"),
        ),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The text of a family's questions, with placeholders.

    `clip` has the keys that replace the others of their names in questions that show a clip.
    """

    text: Annotated[
        str,
        Key(
            "The prompt. {how}: how to write the answer; {options}: the options, a line each, or nothing; the words of "
            "the family; and the names of the variants. Braces of your own are doubled.",
            default=REQUIRED,
        ),
    ]
    variants: Variants
    clip: ClassVar[
        Annotated[
            dict[str, Any],
            Key("Keys in place of those above for questions that show a clip (show).", form="of_clip"),
        ]
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSettings:
    """Questions of one family: how many, in which form, with which prompt and rationale.

    `number` is that of the first among all questions of its family about one final view.
    """

    family: Annotated[
        str,
        Key(
            "The family of questions (`tvrgen list families`), or your own as package.module:Class.",
            default=REQUIRED,
        ),
    ]
    prompt: Annotated[
        Any,
        Key(
            "The template: that of the family unless another is named; a YAML file beside the config, or the template "
            "itself.",
            default=None,
            form="template_or_null",
        ),
    ]
    rationale: Annotated[
        str,
        Key(
            "The reasoning that leads to the answer, beside each question. full and short differ for changes: of every "
            "object, or of those that change.",
            default="none",
            choices=("none", "short", "full"),
        ),
    ]
    each: Annotated[
        int,
        Key("Questions about each problem and final view; of changes there is one.", default=1, minimum=1, maximum=50),
    ]
    as_: Annotated[
        str,
        Key(
            "The form of answers. choice: one of several options; open: that of the family, such as a number.",
            default="open",
            choices=("open", "choice"),
        ),
    ]
    choices: Annotated[
        int, Key("Options of a choice; fewer where the family has no more.", default=4, minimum=2, maximum=10)
    ]
    circular: Annotated[
        bool,
        Key("Whether a choice is asked in every rotation of its options, each a question.", default=False),
    ]
    twin: Annotated[
        bool,
        Key("Whether each question has a twin: its images mirrored, its answer worked out again.", default=False),
    ]
    show: Annotated[
        str,
        Key(
            "What the question shows, images if left out. clip: the video of output.clip in their place.",
            choices=("images", "clip"),
        ),
    ] = "images"
    number: int = 0

    @property
    def of_clip(self) -> bool:
        """Whether the question shows the problem's clip, and no images."""
        return self.show == "clip"

    @property
    def is_choice(self) -> bool:
        """Whether answers are the letters of options."""
        return self.as_ == "choice"

    def key_of(self, seed: int, split: str) -> tuple[int, str, str, str]:
        """The key of the draws for these questions of a split, which depend on no others."""
        return seed, "question", split, f"{self.family}-{self.number}"

    @property
    def count(self) -> int:
        """The number of questions about each problem and final view."""
        return self.each * (self.choices if self.is_choice and self.circular else 1) * (2 if self.twin else 1)
