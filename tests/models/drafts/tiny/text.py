"""Tokenizers without a vocabulary to fetch, and the text encoders behind them. One byte is one token, mostly."""

import re
from typing import Any, Final

import tokenizers
import transformers
from tokenizers import decoders, models, pre_tokenizers, processors

HIDDEN: Final = 32
"""Width of every text encoder here."""

_ALPHABET: Final = sorted(pre_tokenizers.ByteLevel.alphabet())
_CHATML: Final = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}"
    "{% else %}{% for part in message['content'] %}{{ part.get('text', '') }}{% endfor %}{% endif %}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_QWEN_SPECIAL: Final = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
)

_QWEN_SYSTEM: Final = (
    "Describe the image by detailing the color, shape, size, texture, quantity, text, spatial relationships of the "
    "objects and background:"
)
"""What Qwen-Image says first; its pipeline drops the 34 tokens that this and its frame have in the real vocabulary."""


def clip_tokenizer() -> Any:
    """Return a tokenizer of CLIP's kind; like the real one it sees 77 tokens at a time."""
    pieces = [*_ALPHABET, *(letter + "</w>" for letter in _ALPHABET), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    return transformers.CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=77)


def clip_encoder(*, projected: bool = False, hidden: int = HIDDEN) -> Any:
    """Return CLIP's text half; `projected` gives it the pooled output that SDXL and SD 3 read."""
    tokenizer = clip_tokenizer()
    config = transformers.CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        projection_dim=hidden,
        num_hidden_layers=3,
        num_attention_heads=4,
        max_position_embeddings=77,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    kind = transformers.CLIPTextModelWithProjection if projected else transformers.CLIPTextModel
    return kind(config)


def t5_tokenizer(max_length: int = 512) -> Any:
    """Return a tokenizer of T5's kind: no mark before the text, `</s>` behind it, `<pad>` for the rest."""
    made = _bytes(("<pad>", "</s>", "<unk>"))
    end = made.token_to_id("</s>")
    made.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", end)])
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=max_length,
        model_input_names=["input_ids", "attention_mask"],
    )


def t5_encoder(hidden: int = HIDDEN) -> Any:
    """Return T5's encoder."""
    config = transformers.T5Config(
        vocab_size=len(t5_tokenizer()),
        d_model=hidden,
        d_kv=8,
        d_ff=2 * hidden,
        num_layers=2,
        num_heads=4,
        feed_forward_proj="gated-gelu",
        pad_token_id=0,
        eos_token_id=1,
    )
    return transformers.T5EncoderModel(config)


def qwen_tokenizer() -> Any:
    """Return a tokenizer of Qwen's kind with its chat template; a message's content may be a list of parts."""
    made = _bytes(_QWEN_SPECIAL)
    # With a token for each of these words the frame is as long as the real one, and none of the prompt is dropped.
    made.add_tokens(["system", "user", *sorted(set(re.findall(r" ?\w+", _QWEN_SYSTEM)))])
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="<|endoftext|>",
        eos_token="<|im_end|>",
        additional_special_tokens=list(_QWEN_SPECIAL[1:]),
        chat_template=_CHATML,
        padding_side="right",
        model_input_names=["input_ids", "attention_mask"],
    )


def qwen3_encoder(layers: int = 3, *, head: bool = False) -> Any:
    """Return Qwen 3; with its language head where a pipeline's type wants it."""
    tokenizer = qwen_tokenizer()
    config = transformers.Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=HIDDEN,
        intermediate_size=2 * HIDDEN,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        max_position_embeddings=2048,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
    )
    return transformers.Qwen3ForCausalLM(config) if head else transformers.Qwen3Model(config)


def gemma_encoder() -> Any:
    """Return Gemma 2, which Sana and Lumina 2 read with; it takes the tokenizer of `t5_tokenizer`."""
    config = transformers.Gemma2Config(
        vocab_size=len(t5_tokenizer()),
        hidden_size=HIDDEN,
        intermediate_size=2 * HIDDEN,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=1,
    )
    return transformers.Gemma2Model(config)


def qwen_vision_encoder() -> Any:
    """Return Qwen 2.5 VL, with eyes, though text pipelines only use its words."""
    tokenizer = qwen_tokenizer()
    number = tokenizer.convert_tokens_to_ids
    config = transformers.Qwen2_5_VLConfig(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": HIDDEN,
            "intermediate_size": 2 * HIDDEN,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "max_position_embeddings": 2048,
            "rope_parameters": {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0},
            "pad_token_id": tokenizer.pad_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "bos_token_id": None,
        },
        vision_config={
            "depth": 2,
            "hidden_size": HIDDEN,
            "intermediate_size": 2 * HIDDEN,
            "num_heads": 4,
            "out_hidden_size": HIDDEN,
            "fullatt_block_indexes": [1],
        },
        image_token_id=number("<|image_pad|>"),
        video_token_id=number("<|video_pad|>"),
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
    )
    return transformers.Qwen2_5_VLForConditionalGeneration(config)


def _bytes(special: tuple[str, ...]) -> tokenizers.Tokenizer:
    """Return a byte-level tokenizer without merges, the special tokens first."""
    vocabulary = {piece: number for number, piece in enumerate([*special, *_ALPHABET])}
    made = tokenizers.Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(list(special))
    return made
