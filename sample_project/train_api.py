"""The learner of train.py, logging through the API of exp: the same parameters, the same numbers.

    exp run -- python train_api.py --lr 0.1     joins the run of exp run
    python train_api.py --lr 0.1                records a whole run by itself

Needs `expbench` in the environment. Ends after the epoch when `exp stop` was asked for.
"""

import numpy as np

import expbench
from train import CLASSES, HERE, descend, evaluate, new_model, read_arguments, read_digits, read_params


def train(arguments):
    """The trained model; logs loss and acc, one point an epoch."""
    (pixels, digits), test = read_digits()
    random = np.random.default_rng(arguments.seed)
    model = new_model(arguments.hidden, random)
    for epoch in range(1, arguments.epochs + 1):
        order = random.permutation(len(digits))
        for start in range(0, len(order), arguments.batch):
            batch = order[start : start + arguments.batch]
            descend(model, pixels[batch], digits[batch], arguments.lr)
        loss, acc, _ = evaluate(model, *test)
        expbench.log({"loss": loss, "acc": acc}, step=epoch)
        if expbench.should_stop():
            break
    return model, test


def main():
    arguments = read_arguments(read_params())
    with expbench.start_run(tags=["api"]):
        expbench.log_params(vars(arguments))
        model, (pixels, digits) = train(arguments)
        _, acc, read = evaluate(model, pixels, digits)
        confusion = np.zeros((CLASSES, CLASSES), int)
        np.add.at(confusion, (digits, read), 1)
        np.savez(HERE / "model.npz", **model)
        expbench.log_artifact(HERE / "model.npz")
        expbench.log_image(confusion / confusion.max(), "confusion.png")
        print(f"reads {acc:.1%} of the digits")


if __name__ == "__main__":
    main()
