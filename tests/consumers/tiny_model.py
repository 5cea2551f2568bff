"""A Qwen2.5-VL of two thin layers, random, with its processor: made without a download."""

import json
from pathlib import Path

TEMPLATE = """\
{%- for message in messages -%}
<|im_start|>{{ message['role'] }}
{% if message['content'] is string -%}
{{ message['content'] }}
{%- else -%}
{%- for part in message['content'] -%}
{%- if part['type'] == 'image' -%}<|vision_start|><|image_pad|><|vision_end|>{%- else -%}{{ part['text'] }}{%- endif -%}
{%- endfor -%}
{%- endif -%}
<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}<|im_start|>assistant
{% endif -%}"""
SPECIAL = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>",
    "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
    "<|image_pad|>", "<|video_pad|>",
]  # fmt: skip
QWENS = 151643
"""The number that Qwen gives to the first special token."""


def save(folder: Path, first_special: int = 256) -> Path:
    """Writes model and processor, as `from_pretrained` reads them; returns the folder.

    `first_special` is the number of the first special token: QWENS where its numbers are relied on, at the price of
    as many useless tokens.
    """
    import torch
    from transformers import (
        GenerationConfig,
        Qwen2_5_VLConfig,
        Qwen2_5_VLForConditionalGeneration,
        Qwen2_5_VLProcessor,
        Qwen2VLImageProcessor,
        Qwen2VLVideoProcessor,
    )

    tokens = tokenizer(folder, first_special)
    sizes = {"size": {"shortest_edge": 4 * 28 * 28, "longest_edge": 16 * 28 * 28}}
    processor = Qwen2_5_VLProcessor(
        image_processor=Qwen2VLImageProcessor(**sizes),
        tokenizer=tokens,
        video_processor=Qwen2VLVideoProcessor(**sizes),
        chat_template=TEMPLATE,
    )
    processor.save_pretrained(folder)
    ids = {name: tokens.convert_tokens_to_ids(f"<|{name}|>") for name in ("image_pad", "video_pad", "vision_start")}
    ends = {"eos_token_id": tokens.eos_token_id, "pad_token_id": tokens.pad_token_id}
    small = {"num_hidden_layers": 2, "hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 4}
    torch.manual_seed(0)
    config = Qwen2_5_VLConfig(
        text_config={
            **small,
            **ends,
            "bos_token_id": None,
            "num_key_value_heads": 2,
            "vocab_size": len(tokens),
            "max_position_embeddings": 8192,
            "rope_scaling": {"type": "default", "rope_type": "default", "mrope_section": [1, 1, 0]},
        },
        vision_config={
            "depth": 2, "hidden_size": 16, "intermediate_size": 32, "num_heads": 4, "out_hidden_size": 16,
            "fullatt_block_indexes": [1],
        },
        image_token_id=ids["image_pad"],
        video_token_id=ids["video_pad"],
        vision_start_token_id=ids["vision_start"],
        vision_end_token_id=tokens.convert_tokens_to_ids("<|vision_end|>"),
    )  # fmt: skip
    model = Qwen2_5_VLForConditionalGeneration(config)
    # random output must not contain the placeholder of another image
    model.generation_config = GenerationConfig(**ends, suppress_tokens=list(ids.values()))
    model.save_pretrained(folder)
    return folder


def tokenizer(folder: Path, first_special: int):
    """A token for each byte, and Qwen's special ones; those between are never read."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import Qwen2TokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    alphabet = sorted(ByteLevel.alphabet())
    vocabulary = [*alphabet, *(f"<{k}>" for k in range(len(alphabet), first_special))]
    (folder / "vocab.json").write_text(json.dumps({token: k for k, token in enumerate(vocabulary)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    kind = Qwen2TokenizerFast.from_pretrained(folder, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    kind.add_special_tokens({"additional_special_tokens": SPECIAL})
    kind.chat_template = TEMPLATE
    return kind
