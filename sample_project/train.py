"""Learn to read handwritten digits: a network with one hidden layer, in numpy alone.

    python train.py                      with the values of params.yaml
    python train.py --lr 0.1 --epochs 3  with some of them changed

Writes metrics.json, model.npz and confusion.png beside itself. The same parameters, seed and data always
give the same metrics.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from png import write_png

HERE = Path(__file__).resolve().parent
CLASSES = 10


def read_params():
    """The values of params.yaml, which is flat: `name: number` a line."""
    params = {}
    for line in (HERE / "params.yaml").read_text().splitlines():
        name, mark, value = line.partition("#")[0].partition(":")
        if mark:
            params[name.strip()] = json.loads(value)
    return params


def read_arguments(params):
    """The parameters, changed where the command line says so."""
    parser = argparse.ArgumentParser(description="Learn to read handwritten digits.")
    for name, value in params.items():
        parser.add_argument(f"--{name}", type=type(value), default=value, help=f"{value} in params.yaml")
    return parser.parse_args()


def read_digits():
    """(pixels, digits) for training and for testing: 64 pixels from 0 to 1 an image; each fifth image tests."""
    table = np.loadtxt(HERE / "data" / "digits.csv", delimiter=",", skiprows=1)
    pixels, digits = table[:, :-1] / 16, table[:, -1].astype(int)
    tests = np.arange(len(digits)) % 5 == 0
    return (pixels[~tests], digits[~tests]), (pixels[tests], digits[tests])


def new_model(hidden, random):
    """Two layers of weights with their biases."""
    return {
        "w1": random.normal(0, np.sqrt(2 / 64), (64, hidden)),
        "b1": np.zeros(hidden),
        "w2": random.normal(0, np.sqrt(1 / hidden), (hidden, CLASSES)),
        "b2": np.zeros(CLASSES),
    }


def forward(model, pixels):
    """(hidden activations, probability of each digit)."""
    hidden = np.maximum(0, pixels @ model["w1"] + model["b1"])
    scores = hidden @ model["w2"] + model["b2"]
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return hidden, exponents / exponents.sum(axis=1, keepdims=True)


def descend(model, pixels, digits, lr):
    """One step of gradient descent on one batch."""
    hidden, probabilities = forward(model, pixels)
    error = probabilities.copy()
    error[np.arange(len(digits)), digits] -= 1
    error /= len(digits)
    error_hidden = (error @ model["w2"].T) * (hidden > 0)
    model["w2"] -= lr * hidden.T @ error
    model["b2"] -= lr * error.sum(axis=0)
    model["w1"] -= lr * pixels.T @ error_hidden
    model["b1"] -= lr * error_hidden.sum(axis=0)


def evaluate(model, pixels, digits):
    """(mean cross entropy, share that is right, the digits that the model reads)."""
    _, probabilities = forward(model, pixels)
    chosen = probabilities[np.arange(len(digits)), digits]
    read = probabilities.argmax(axis=1)
    return float(-np.log(chosen + 1e-12).mean()), float((read == digits).mean()), read


def train(arguments):
    """The trained model; prints one line an epoch."""
    (pixels, digits), test = read_digits()
    random = np.random.default_rng(arguments.seed)
    model = new_model(arguments.hidden, random)
    for epoch in range(1, arguments.epochs + 1):
        order = random.permutation(len(digits))
        for start in range(0, len(order), arguments.batch):
            batch = order[start : start + arguments.batch]
            descend(model, pixels[batch], digits[batch], arguments.lr)
        loss, acc, _ = evaluate(model, *test)
        print(f"epoch {epoch} loss={loss:.4f} acc={acc:.4f}", flush=True)
    return model, test


def main():
    arguments = read_arguments(read_params())
    model, (pixels, digits) = train(arguments)
    loss, acc, read = evaluate(model, pixels, digits)
    confusion = np.zeros((CLASSES, CLASSES), int)
    np.add.at(confusion, (digits, read), 1)
    np.savez(HERE / "model.npz", **model)
    write_png(HERE / "confusion.png", confusion.tolist())
    (HERE / "metrics.json").write_text(json.dumps({"acc": round(acc, 6), "loss": round(loss, 6)}) + "\n")


if __name__ == "__main__":
    main()
