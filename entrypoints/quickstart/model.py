"""A tiny language model from scratch: Qwen2's architecture, a tokenizer trained on the spot."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

# Ordinary added tokens, not special ones: hosts and TRL drop special tokens when they decode, and
# then the scorer would not see where the thinking ends.
THINKING_TOKENS = ("<think>", "</think>")
END_OF_TURN, PADDING = "<|im_end|>", "<|pad|>"
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
# Room for a benchmark's 32,768 tokens after a long prompt. Rotary positions cost no parameters.
MAX_POSITIONS = 40_960
MAX_NEW_TOKENS = 160  # the limit of the task `arith`


def new_tokenizer(texts: Iterable[str], vocabulary: int = 512) -> Any:
    """A byte-level BPE tokenizer with every digit on its own, and a chat template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PADDING, "<|im_start|>", END_OF_TURN],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=END_OF_TURN,
        pad_token=PADDING,
        model_max_length=MAX_POSITIONS,
        padding_side="left",
    )
    wrapped.add_tokens(list(THINKING_TOKENS))
    wrapped.chat_template = CHAT_TEMPLATE
    return wrapped


def new_model(tokenizer: Any, layers: int = 2, width: int = 128, seed: int = 0) -> Any:
    """A Qwen2 causal model with random weights, in float32."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(seed)
    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=MAX_POSITIONS,
        tie_word_embeddings=True,
        initializer_range=0.06,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = Qwen2ForCausalLM(config)
    # Asked something else than sums it may never stop. This bounds hosts that ask for a total
    # length, as lm-eval does; its positions would hold MAX_POSITIONS tokens.
    model.generation_config.max_new_tokens = MAX_NEW_TOKENS
    return model


def save_new_model(
    folder: Path, texts: Iterable[str], *, layers: int = 2, width: int = 128, seed: int = 0
) -> int:
    """Write an untrained model and its tokenizer to `folder`; returns its parameter count."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    tokenizer = new_tokenizer(texts)
    model = new_model(tokenizer, layers, width, seed)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return sum(p.numel() for p in model.parameters())
