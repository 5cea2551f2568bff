"""The forms of answers by their names, those of the family `changes` aside (`changes_text`)."""

from tvrgen.questions.forms.base import Form
from tvrgen.questions.forms.choice import Choice
from tvrgen.questions.forms.map import Map
from tvrgen.questions.forms.number import Number
from tvrgen.questions.forms.sequence import NameSequence
from tvrgen.questions.forms.word import Word

FORMS: dict[str, Form] = {form.name: form for form in (Number(), Word(), Choice(), NameSequence(), Map())}
"""Name, as `answer_form` of a question line has it -> the form."""
