"""Special tokens of chat models that are left in decoded text: boxes around an answer, and marks of its end."""

import re

_NAME = r"[\w:.▁-]{1,40}"
_BOX = re.compile(r"<\|(?:begin|end)_of_box\|>")
_END = re.compile(
    rf"(?:<\|{_NAME}\|>|<｜{_NAME}｜>|</s>|<(?:eos|pad|end_of_turn|end_of_utterance|turn\||seed:eos)>|\[EOS\])\Z"
)
_LONGEST = 44  # characters of the longest mark of an end


def without_special_tokens(text: str) -> str:
    """Returns a text without the boxes that GLM puts around answers, and without the special tokens that it ends in.

    These are marks of an end (<|im_end|>, <|eot_id|>, </s>, <end_of_turn> and others), and the tokens that fill a
    batch, in any number. Space before them goes with them.
    """
    if "_of_box|>" in text:
        text = _BOX.sub("", text)
    end = len(text)
    while True:
        while end and text[end - 1].isspace():
            end -= 1
        mark = _END.search(text[max(0, end - _LONGEST) : end])
        if not mark:
            return text[:end]
        end -= len(mark[0])
