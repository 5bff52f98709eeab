"""The digits again, with XGBoost and the callback of exp: every round is a point, without a line that logs one.

    exp run -- python train_callback.py --lr 0.3 --epochs 20

Needs `expbench` and requirements-callback.txt in the environment.
"""

import xgboost

import expbench
from expbench.integrations.xgboost import ExpCallback
from train import CLASSES, read_arguments, read_digits, read_params


def main():
    arguments = read_arguments(read_params())
    train, test = (xgboost.DMatrix(pixels, digits) for pixels, digits in read_digits())
    params = {
        "objective": "multi:softprob",
        "num_class": CLASSES,
        "eval_metric": ["mlogloss", "merror"],
        "eta": arguments.lr,
        "max_depth": 3,
        "seed": arguments.seed,
    }
    results = {}
    xgboost.train(
        params, train, arguments.epochs, evals=[(train, "train"), (test, "test")], evals_result=results,
        callbacks=[ExpCallback()], verbose_eval=False,
    )
    expbench.log_metric("acc", 1 - results["test"]["merror"][-1])


if __name__ == "__main__":
    main()
