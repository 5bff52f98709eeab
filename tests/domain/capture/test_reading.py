"""What single lines tell: lines as frameworks and people print them, and lines that must tell nothing."""

import math

import pytest

from expbench.domain.capture.candidates import telling_lines
from expbench.domain.capture.lines import plain
from expbench.domain.capture.reading import read_line

# ruff: noqa: E501  # lines as they are printed
TOLD: list[tuple[str, int | None, dict[str, float]]] = [
    ("loss: 0.31", None, {"loss": 0.31}),
    ("epoch 3 loss=0.31 acc=0.9", 3, {"loss": 0.31, "acc": 0.9}),
    ("epoch 3 acc 0.9 loss=0.1", 3, {"loss": 0.1, "acc": 0.9}),
    ("step 5 loss: 0.31 acc 0.9 lr=1e-4", 5, {"loss": 0.31, "lr": 0.0001, "acc": 0.9}),
    ("epoch 3 acc 91.5% loss=0.1, f1 0.8", 3, {"loss": 0.1, "acc": 91.5, "f1": 0.8}),
    ("epoch 3 a cat sat 0.9 long words loss=0.1", 3, {"loss": 0.1}),
    ("using lr=0.1 momentum 0.9", None, {"lr": 0.1}),
    ('{"loss": 0.3, "nested": {"a": 1}}', None, {"loss": 0.3, "nested.a": 1.0}),
    ('{"epoch": 3, "loss": 0.3}', 3, {"loss": 0.3}),
    ("Epoch [3/10] - loss: 0.31 - val_loss: 0.4", 3, {"loss": 0.31, "val_loss": 0.4}),
    ("step 100 | loss 0.31 | lr 1e-4", 100, {"loss": 0.31, "lr": 0.0001}),
    (
        "32/32 ━━━━━━━━━━━━━━━━━━━━ 1s 3ms/step - accuracy: 0.9 - loss: 0.3 - val_accuracy: 0.8 - val_loss: 0.4",
        None,
        {"accuracy": 0.9, "loss": 0.3, "val_accuracy": 0.8, "val_loss": 0.4},
    ),
    (
        "32/32 [==============================] - 1s 3ms/step - loss: 0.3 - accuracy: 0.9",
        None,
        {"loss": 0.3, "accuracy": 0.9},
    ),
    ("30/32 [===========================>..] - ETA: 0s - loss: 0.3", None, {}),
    ("Epoch 2: 100%|███| 10/10 [00:01<00:00, v_num=0, train_loss=0.3]", 2, {"train_loss": 0.3}),
    (
        "Epoch 2: 100%|██████████| 10/10 [00:01<00:00,  9.50it/s, v_num=0, train_loss=0.300, val_acc=0.910]",
        2,
        {"train_loss": 0.3, "val_acc": 0.91},
    ),
    (
        "Epoch 2/9 ━━━━━━━━━━━━━━━━ 10/10 0:00:01 • 0:00:00 9.50it/s v_num: 0.000 train_loss: 0.300",
        2,
        {"train_loss": 0.3},
    ),
    ("{'loss': 0.31, 'learning_rate': 5e-05, 'epoch': 1.0}", None, {"loss": 0.31, "learning_rate": 5e-05}),
    (
        "{'loss': '2.302', 'grad_norm': '1.1', 'learning_rate': '4.9e-05', 'epoch': '0.01'}",
        None,
        {"loss": 2.302, "grad_norm": 1.1, "learning_rate": 4.9e-05},
    ),
    (
        "{'eval_loss': 0.3, 'eval_runtime': 1.5, 'eval_samples_per_second': 100.2, 'epoch': 3.0}",
        None,
        {"eval_loss": 0.3, "eval_runtime": 1.5, "eval_samples_per_second": 100.2},
    ),
    ("{'acc': np.float64(0.93), 'loss': tensor(0.3, grad_fn=<NllLossBackward0>)}", None, {"acc": 0.93, "loss": 0.3}),
    ("[5]\ttrain-rmse:0.31\teval-rmse:0.4", 5, {"train-rmse": 0.31, "eval-rmse": 0.4}),
    ("[10]\tvalid_0's binary_logloss: 0.31", 10, {"valid_0_binary_logloss": 0.31}),
    ("[10:31:22] [5]\ttrain-rmse:0.31\teval-rmse:0.4", 5, {"train-rmse": 0.31, "eval-rmse": 0.4}),
    ("Test accuracy: 91.3%", None, {"Test_accuracy": 91.3}),
    ("Accuracy: 91.3 %", None, {"Accuracy": 91.3}),
    ("loss: nan", None, {"loss": float("nan")}),
    ("loss=inf val_loss=-inf", None, {"loss": float("inf"), "val_loss": float("-inf")}),
    ("step 0: train loss 4.2849, val loss 4.2823", 0, {"train_loss": 4.2849, "val_loss": 4.2823}),
    ("iter 10: loss 3.4012, time 100.02ms, mfu 12.30%", 10, {"loss": 3.4012}),
    (
        "step    1/74 | train loss 4.367857 | norm 15.3 | lr 0.00e+00 | 3.2 ms | 12.3% bf16 MFU | 1234 tok/s",
        1,
        {"train_loss": 4.367857, "norm": 15.3, "lr": 0.0},
    ),
    ("Train Epoch: 1 [0/60000 (0%)]\tLoss: 2.300039", 1, {"Loss": 2.300039}),
    ("Test set: Average loss: 0.0478, Accuracy: 9843/10000 (98%)", None, {"Average_loss": 0.0478}),
    ("Epoch [1/5], Step [100/600], Loss: 0.3012", 100, {"Loss": 0.3012}),
    ("[1,  2000] loss: 2.173", None, {"loss": 2.173}),
    ("loss: 2.303494  [   64/60000]", None, {"loss": 2.303494}),
    (" Accuracy: 45.4%, Avg loss: 2.150", None, {"Accuracy": 45.4, "Avg_loss": 2.15}),
    ("Test Error: ", None, {}),
    (
        "Epoch: [0][  10/5005]\tTime  0.527 ( 1.234)\tData  0.000 ( 0.3)\tLoss 6.9e+00 (7.0e+00)\tAcc@1   0.39 (  0.21)\tAcc@5   1.5 (  1.2)",
        0,
        {"Time": 0.527, "Data": 0.0, "Loss": 6.9, "Acc@1": 0.39, "Acc@5": 1.5},
    ),
    (" * Acc@1 76.130 Acc@5 92.862", None, {"Acc@1": 76.13, "Acc@5": 92.862}),
    (
        "2026-01-01 10:00:00 | INFO | train_inner | epoch 001:    100 / 1000 loss=8.2, ppl=140.2, wps=12345.1, ups=3.2, lr=1e-05",
        1,
        {"loss": 8.2, "ppl": 140.2, "wps": 12345.1, "ups": 3.2, "lr": 1e-05},
    ),
    ("INFO 2026-01-01 10:00:00,123 train.py:33 loss: 0.3", None, {"loss": 0.3}),
    ("INFO:root:loss: 0.3", None, {"loss": 0.3}),
    ("INFO:__main__:epoch 3 loss: 0.3", 3, {"loss": 0.3}),
    ("2026-01-01 10:00:00.123 | INFO     | __main__:train:33 - loss: 0.3", None, {"loss": 0.3}),
    ("[2026-01-01 10:00:00,123][train][INFO] - epoch 2 loss=0.3", 2, {"loss": 0.3}),
    ("I0101 10:00:00.123456 12345 train.py:33] loss: 0.3", None, {"loss": 0.3}),
    ("[10:31:22] INFO     loss: 0.3          train.py:33", None, {"loss": 0.3}),
    (
        "0:\tlearn: 0.6817490\ttest: 0.6821\tbest: 0.6821 (0)\ttotal: 50ms\tremaining: 49s",
        0,
        {"learn": 0.681749, "test": 0.6821, "best": 0.6821},
    ),
    ("bestTest = 0.31", None, {"bestTest": 0.31}),
    ("        test_acc            0.9123", None, {"test_acc": 0.9123}),
    ("│         test_acc          │    0.9123    │", None, {"test_acc": 0.9123}),
    ("|    ep_rew_mean     | 22.5     |", None, {"ep_rew_mean": 22.5}),
    ("|    loss            | 0.0312   |", None, {"loss": 0.0312}),
    ("Epoch 3: val_loss improved from 0.41 to 0.31, saving model to model.h5", 3, {}),
    ("Epoch 00003: val_loss=0.31", 3, {"val_loss": 0.31}),
    (
        "2026/01/01 10:00:00 - mmengine - INFO - Epoch(train) [1][50/100]  lr: 1.0000e-03  eta: 0:01:23  time: 0.1234  data_time: 0.0012  memory: 1234  loss: 0.3123  acc: 0.9",
        1,
        {"lr": 0.001, "time": 0.1234, "data_time": 0.0012, "loss": 0.3123, "acc": 0.9},
    ),
    (
        "2026/01/01 10:00:00 - mmengine - INFO - Epoch(val) [1][100/100]    accuracy/top1: 91.2  data_time: 0.01",
        1,
        {"accuracy/top1": 91.2, "data_time": 0.01},
    ),
    (
        "[I 2026-01-01 10:00:00,123] Trial 3 finished with value: 0.9 and parameters: {'x': 2.0}. Best is trial 3 with value: 0.9.",
        None,
        {"value": 0.9},
    ),
    ("Best validation accuracy so far: 0.93", None, {"Best_validation_accuracy_so_far": 0.93}),
    ("Mean squared error: 0.52", None, {"Mean_squared_error": 0.52}),
    ("Mean Absolute Error = 0.52", None, {"Mean_Absolute_Error": 0.52}),
    ("RMSE: 0.52", None, {"RMSE": 0.52}),
    ("R2: 0.93", None, {"R2": 0.93}),
    ("R^2: 0.93", None, {"R^2": 0.93}),
    ("f1: 0.9", None, {"f1": 0.9}),
    ("F1-score: 0.91", None, {"F1-score": 0.91}),
    ("mAP@0.5: 0.61", None, {"mAP@0.5": 0.61}),
    ("hits@10: 0.3", None, {"hits@10": 0.3}),
    ("accuracy: 0.91 ± 0.02", None, {"accuracy": 0.91}),
    ("Accuracy: 0.91 (+/- 0.02)", None, {"Accuracy": 0.91}),
    ("Episode 10 reward: 200.0", 10, {"reward": 200.0}),
    ("Episode 10\tReward: 200\tAverage reward: 150.2", 10, {"Reward": 200.0, "Average_reward": 150.2}),
    ("loss (train): 0.3, loss (val): 0.4", None, {"loss_train": 0.3, "loss_val": 0.4}),
    ("Iteration 100: log likelihood = -123.45", 100, {"log_likelihood": -123.45}),
    ("Round 3, accuracy = 0.7", 3, {"accuracy": 0.7}),
    ("[Epoch 3] loss: 0.3", 3, {"loss": 0.3}),
    ("global_step=120, loss=0.3", 120, {"loss": 0.3}),
    ("step 1,000 loss: 0.3", 1000, {"loss": 0.3}),
    ("Epoch 3 train loss: 0.31 val loss: 0.4 val acc: 0.9", 3, {"train_loss": 0.31, "val_loss": 0.4, "val_acc": 0.9}),
    ("epoch: 3, train_loss: 0.31", 3, {"train_loss": 0.31}),
    ("train/loss=0.3 val/loss=0.4", None, {"train/loss": 0.3, "val/loss": 0.4}),
    ("Training loss: 0.31", None, {"Training_loss": 0.31}),
    ("perplexity = 12.3", None, {"perplexity": 12.3}),
    ("loss : 0.31", None, {"loss": 0.31}),
    ("Loss=0.31;Acc=0.9", None, {"Loss": 0.31, "Acc": 0.9}),
    ("step 100: {'loss': 0.3, 'acc': 0.9}", 100, {"loss": 0.3, "acc": 0.9}),
    ('Final metrics: {"acc": 0.9}', None, {"acc": 0.9}),
    ("損失: 0.3", None, {"損失": 0.3}),
    ("loss: 1e-5.", None, {"loss": 1e-05}),
    ("loss: .5", None, {"loss": 0.5}),
    ("accuracy 0.91", None, {"accuracy": 0.91}),
    ("Epoch 5 | train_loss=0.31 | val_acc=91.3%", 5, {"train_loss": 0.31, "val_acc": 91.3}),
    ("time=3.5 loss=0.2", None, {"time": 3.5, "loss": 0.2}),
    ("Epoch 3 loss 0.31 acc 0.9", 3, {"loss": 0.31, "acc": 0.9}),
    ("[NeMo I 2026-01-01 10:00:00 x:1] loss: 0.3", None, {"loss": 0.3}),
    ('{"step": 5, "loss": NaN}', 5, {"loss": float("nan")}),
    ("Validation Dice: 0.81 IoU: 0.7", None, {"Validation_Dice": 0.81, "IoU": 0.7}),
    ("tensor_loss: tensor(0.31, device='cuda:0')", None, {"tensor_loss": 0.31}),
    ("LOSS 0.31", None, {"LOSS": 0.31}),
    ("it: 100 loss: 0.3", None, {"loss": 0.3}),
    ("Iter 100/1000, loss = 0.5, lr = 0.001", 100, {"loss": 0.5, "lr": 0.001}),
    ("0.31", None, {}),
]

NOTHING = [
    "took 3.2s",
    "10:31:22",
    "version 1.2.3",
    "2026-01-01",
    "/data/x=3/y",
    "Namespace(lr=0.1, epochs=3)",
    "+ python train.py --lr=0.1 lr=0.3",
    "$ python train.py lr=0.1",
    "python train.py --lr 0.1 model.depth=0.5",
    "CUDA_VISIBLE_DEVICES=0 python train.py lr=0.1",
    "torchrun --nproc_per_node=2 train.py lr=0.1",
    "https://example.org:8080/x?lr=0.1&a=3.0",
    "Listening on http://127.0.0.1:8080",
    "port: 8080",
    "Uvicorn running on port: 8080",
    "commit: 3fa2b1c",
    "commit=1234567",
    "sha256: 0123456789abcdef",
    "<object at 0x7f1234>",
    '  File "train.py", line 33, in main',
    "ValueError: 3",
    "KeyError: 0.5",
    "torch.cuda.OutOfMemoryError: 3.5 is too much",
    "Saved checkpoint to checkpoints/epoch=3-val_loss=0.31.ckpt",
    " 45%|████▌     | 45/100 [00:01<00:01, 33.21it/s]",
    "Downloading: 45%|███| 4.5/10 [00:01<00:01]",
    "Progress: 50%",
    "Downloading data: 100%",
    "ETA: 0:01:23",
    "Elapsed: 12.5s",
    "elapsed time: 12.5 s",
    "GPU available: True (cuda), used: True",
    "TPU available: False, using: 0 TPU cores",
    "GPU memory: 10.3 GB",
    "Throughput: 123.4 images/sec",
    "Speed: 100.5 it/s",
    "Epoch 3/10",
    "Epoch 3",
    "epoch 3 took 3.2s",
    "step 100",
    "pip install torch==2.3.1 numpy>=1.2",
    "torch: 2.3.1",
    "CUDA Version: 12.4",
    "Python 3.11.7",
    "Accuracy: 9843/10000 (98%)",
    "  Num examples = 100",
    "  Num Epochs = 3",
    "  Instantaneous batch size per device = 8",
    "  Total optimization steps = 3",
    "  Number of trainable parameters = 124,439,808",
    "Total params: 1,234,567",
    "Total params: 1.2M",
    "batch_size: 32",
    "batch size: 32",
    "Epochs: 10",
    "seed: 42",
    "[LightGBM] [Info] Number of data points in the train set: 1000, number of used features: 4",
    "[LightGBM] [Info] [binary:BoostFromScore]: pavg=0.496 -> initscore=-0.013",
    "[1] 12345",
    "LogisticRegression(C=0.1, max_iter=100)",
    "(dropout): Dropout(p=0.5, inplace=False)",
    "Adam(lr=0.001, betas=(0.9, 0.999))",
    "Best params: {'lr': 0.1, 'depth': 3}",
    '  "hidden_size": 768,',
    "I0101 10:00:00.123456 12345 train.py:33] started",
    "2026-01-01 10:00:00.123 | INFO     | __main__:train:33 - started",
    "INFO 2026-01-01 10:00:00,123 train.py:33 started",
    "/x/y.py:33: UserWarning: lr=0.1 is low",
    "if loss == 0.3:",
    "x != 0.5",
    "loss: [0.1, 0.2]",
    "loss=0.3,0.4",
    "host1:29500",
    "cuda:0",
    "device: cuda:0",
    "Using device: 0",
    "rank: 0",
    "pid=1234",
    "0x1f: 3f",
    "shape: (3, 4)",
    "size=3x4",
    "image 10.png: done",
    "10.0.0.1: 5ms",
    "Jan  1 10:00:00 host sshd[123]: Accepted",
    '{"level": "info", "ts": 1690000000.1, "msg": "x"}',
    "a:1b",
    "page 3 of 10",
    "Found 1000 images belonging to 10 classes",
    "loading 3 files: 1/3",
    "tests: 3 passed in 0.5s",
    "===== 3 passed in 0.5s =====",
    "wall time: 3 min 2 s",
    "real    0m1.234s",
    "user 1.5",
    "hello world",
    "     ",
    "│ ❱ 10 │",
    "x = 3 if y else 4",
    "Epoch took 0:01:02",
    "2026-01-01T10:00:00Z started",
    '"lr=0.1"',
    "model.layers.0.weight: [3, 4]",
    "exit code: 1",
    "rank=0",
    "--lr=0.1 --wd=0.2",
    "~/runs/x=3",
    "..\\data\\x=3.0",
    "file:///x?a=0.5",
    "sha=0.5e",
    "ratio 3:4",
    "16:9",
    "k=v",
    "loss:",
    "loss=",
    "=0.3",
    ": 0.3",
    "[0.3]",
    "{}",
    "{",
    "[]",
    "null",
    "time (s): 3.2",
    "Memory (MB): 100",
    "took: 3 min",
    "x: 1 / 2",
    "loss: 0.3.1",
    "1: 0.5 2: 0.7",
    "id=0x3f",
]


def _same(one: dict[str, float], other: dict[str, float]) -> bool:
    return list(one) == list(other) and all(
        a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(one.values(), other.values(), strict=True)
    )


@pytest.mark.parametrize(("line", "step", "values"), TOLD)
def test_a_line_tells_its_metrics_and_their_step(line: str, step: int | None, values: dict[str, float]) -> None:
    told = read_line(line)
    assert _same(told.values, values)
    assert told.step == step


@pytest.mark.parametrize("line", NOTHING)
def test_noise_tells_nothing(line: str) -> None:
    assert read_line(line).values == {}


@pytest.mark.parametrize("line", [line for line, _, values in TOLD if values])
def test_the_look_at_the_bytes_leaves_no_metric_out(line: str) -> None:
    """Alone, and in its place among others."""
    raw = line.encode()
    assert telling_lines(raw) == [raw]
    assert raw in telling_lines(b"a quick word\n" + raw + b"\nand another")


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("loss 0.31", {"loss": 0.31}),
        ("val loss 0.31", {"val_loss": 0.31}),
        ("Test accuracy 91.5%", {"Test_accuracy": 91.5}),
        ("mean absolute percentage error 0.12", {"mean_absolute_percentage_error": 0.12}),
        ("  - val loss -1e-3", {"val_loss": -0.001}),
        ("# acc .5", {"acc": 0.5}),
        ("> val acc 0.5", {"val_acc": 0.5}),
        ("best val loss 0.31 test acc 0.9", {"best_val_loss": 0.31, "test_acc": 0.9}),
        ("loss 0.31 val loss nan", {"loss": 0.31, "val_loss": math.nan}),
        ("précision loss 0.5", {"précision_loss": 0.5}),
    ],
)
@pytest.mark.parametrize("around", ["{}", "noise\n{}", "{}\nnoise", "\x1b[32m{}\x1b[0m", "{}\r"])
def test_names_of_several_words_before_a_number_are_looked_at(
    line: str, values: dict[str, float], around: str
) -> None:
    found = [read_line(plain(raw).data.decode()) for raw in telling_lines(around.format(line).encode())]
    assert [repr(reading.values) for reading in found] == [repr(values)]


def test_the_tables_stay_large() -> None:
    assert len(TOLD) >= 90
    assert len(NOTHING) >= 90


def test_a_fraction_of_an_epoch_is_no_step() -> None:
    assert read_line("epoch: 0.5, loss: 0.3").step is None
    assert read_line('{"epoch": 2.5, "loss": 0.3}').step is None
    assert read_line("Epoch: 45%|####  | loss=0.3").step is None


def test_the_finest_counter_of_a_record_is_the_step() -> None:
    assert read_line('{"epoch": 2, "global_step": 700, "step": 3, "loss": 0.3}').step == 700
    assert read_line("{'epoch': 3, 'loss': 0.3}").step == 3
    assert read_line('{"step": 36893488147419103232, "loss": 0.3}').step is None
    assert read_line('{"step": true, "loss": 0.3}').step is None


def test_nested_records_become_dotted_and_their_lists_are_left_out() -> None:
    told = read_line('{"val": {"top": {"acc": 0.9}, "ok": true, "curve": [1, {"a": 2}]}, "name": "x", "n": null}')
    assert told.values == {"val.top.acc": 0.9}
    printed = "{'val': {'top': {'acc': 0.9}, 'ok': True, 'curve': [1, {'a': 2}]}, 'name': 'x', 'f': f(a=1), 'l': 0.5}"
    assert read_line(printed).values == {"val.top.acc": 0.9, "l": 0.5}


def test_non_finite_values_of_records() -> None:
    told = read_line('{"a": "NaN", "b": Infinity, "c": "-Infinity", "d": "nothing"}').values
    assert math.isnan(told["a"])
    assert (told["b"], told["c"]) == (math.inf, -math.inf)
    assert "d" not in told


def test_keys_are_short_and_hold_no_control_characters() -> None:
    (key,) = read_line('{"lo\\u0000ss\\u001b[31m\\u202e\\u200b": 1}').values
    assert key == "lo_ss_[31m__"
    assert key.isprintable()
    (key,) = read_line('{"' + "k" * 5000 + '": 1}').values
    assert key == "k" * 200
    assert all(len(key) <= 200 for key in read_line("k" * 5000 + ": 0.5").values)


def test_a_number_beyond_belief_is_none() -> None:
    assert read_line("loss: " + "1" * 400).values == {}
    assert read_line('{"loss": ' + "1" * 5000 + "}").values == {}
    assert read_line("{'loss': " + "1" * 5000 + "}").values == {}
    assert read_line("| loss | " + "1" * 400 + " |").values == {}


def test_hostile_nesting_is_passed_over() -> None:
    assert read_line('{"a":' * 10_000 + "1" + "}" * 10_000).values == {}
    assert read_line("{'a':" * 10_000 + "1" + "}" * 10_000).values == {}


def test_part_of_a_bar_counts_only_as_the_last_state_of_a_line() -> None:
    """Where no terminal is there, a bar may be printed line by line: only its end tells."""
    part = "30/32 [=====>..] - ETA: 0s - loss: 0.3"
    assert read_line(part).values == {}
    assert read_line(part, redrawn=True).values == {"loss": 0.3}
