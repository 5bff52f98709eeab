"""Logistic regression on points in the plane, in nothing but the standard library."""

import argparse
import csv
import json
import math
import random
import sys
import time

with open("params.json", encoding="utf-8") as file:
    PARAMS = json.load(file)

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=PARAMS["lr"])
parser.add_argument("--epochs", type=int, default=PARAMS["epochs"])
parser.add_argument("--seed", type=int, default=PARAMS["seed"])
parser.add_argument("--l2", type=float, default=PARAMS["l2"])
parser.add_argument("--sleep", type=float, default=0.0, help="seconds to wait after the last epoch")
args = parser.parse_args()

with open("data/points.csv", encoding="utf-8", newline="") as file:
    points = [(float(x), float(y), int(label)) for x, y, label in list(csv.reader(file))[1:]]
random.seed(args.seed)
random.shuffle(points)
train, test = points[: len(points) * 3 // 4], points[len(points) * 3 // 4 :]
if args.lr <= 0:
    sys.exit("error: the learning rate must be positive")


def features(x, y):
    return (1.0, x, y)  # plain: a straight line between the classes


def probability(weights, x, y):
    score = sum(w * f for w, f in zip(weights, features(x, y)))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


weights = [0.0] * len(features(0.0, 0.0))
for epoch in range(args.epochs):
    loss = 0.0
    for x, y, label in train:
        p = probability(weights, x, y)
        loss -= math.log(p if label else 1 - p)
        weights = [w - args.lr * ((p - label) * f + args.l2 * w) for w, f in zip(weights, features(x, y))]
    acc = sum((probability(weights, x, y) > 0.5) == bool(label) for x, y, label in test) / len(test)
    print(f"epoch {epoch} loss={loss / len(train):.4f} acc={acc:.4f}", flush=True)

time.sleep(args.sleep)
with open("metrics.json", "w", encoding="utf-8") as file:
    json.dump({"acc": acc, "loss": loss / len(train)}, file)
