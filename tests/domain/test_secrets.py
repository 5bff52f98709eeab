"""No credential reaches a record; what only looks like one stays as it is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.secrets import MASK, is_secret_name, masked_argv, masked_text, masked_value


@pytest.mark.parametrize(
    "name",
    "--password --token --api-key --api_key --apiKey --secret --hf-token --aws-secret-access-key db.password "
    "HF_TOKEN WANDB_API_KEY client_secret --auth-token --credentials --passphrase wandb.key --private-key "
    "GITHUBTOKEN DB_PWD --access-token".split(),
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    "--max-tokens --max-token --pad-token --eos_token --tokenizer --token-dim --sort-key --key --passes --lr PWD "
    "OLDPWD --keypoints --secretary --num-token --mask_token --special-tokens --author tokens".split(),
)
def test_names_that_are_no_secrets(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "argv",
    [
        ["x.py", "--password", "hunter2"],
        ["x.py", "--password=hunter2"],
        ["x.py", "-token", "hunter2"],
        ["env", "WANDB_API_KEY=hunter2", "python", "x.py"],
        ["x.py", "+wandb.api_key=hunter2"],
        ["x.py", "--opts=a=1,db_password=hunter2"],
        ["x.py", "https://me:hunter2@example.org/x"],
        ["x.py", "--remote=https://me:hunter2@example.org/x"],
        ["x.py", "https://hunter2@example.org/x"],
        ["x.py", "https://me:hun/hunter2@example.org/x"],
        ["x.py", "https://me:p@hunter2@example.org/x"],
        ["x.py", "https://example.org/x?token=hunter2&a=1"],
        ["bash", "-c", "HF_TOKEN=hunter2 python x.py --lr 1"],
        ["bash", "-c", "python x.py --api-key hunter2 --lr 1"],
        ["bash", "-c", "python x.py --api-key='hunter2 hunter2' --lr 1"],
        ["python", "-c", "login(token='hunter2')"],
        ["x.py", '{"api_key": "hunter2"}'],
        ["curl", "-H", "Authorization: Bearer hunter2hunter2"],
        ["x.py", "postgresql+psycopg2://me:hunter2@db/x"],
    ],
)
def test_no_credential_survives(argv: list[str]) -> None:
    masked = masked_argv(argv)
    assert "hunter2" not in " ".join(masked)
    assert MASK in " ".join(masked)
    assert len(masked) == len(argv)


def test_tokens_of_known_shape_are_masked_wherever_they_stand() -> None:
    assert masked_text("use hf_" + "a" * 30) == "use ***"
    assert masked_text("ghp_" + "A1" * 18) == "***"


@pytest.mark.parametrize(
    "argv",
    [
        ["python", "train.py", "--lr", "0.1", "--tokenizer", "bert", "--max-tokens", "512"],
        ["x.py", "--pad-token", "<pad>", "--token", "--lr", "1"],
        ["x.py", "ssh://git@example.org/repo", "git@example.org:repo", "https://example.org:8080/a@v1"],
        ["x.py", "a@b", "user@host:path", "x=1", "if token == 3: pass"],
    ],
)
def test_harmless_commands_stay_as_they_are(argv: list[str]) -> None:
    assert masked_argv(argv) == argv


def test_a_masked_command_stays_masked_and_the_same() -> None:
    once = masked_argv(["x", "--token", "a", "https://u:p@h", "K_TOKEN=x"])
    assert masked_argv(once) == once


def test_params_are_masked_by_name_and_by_content() -> None:
    assert masked_value("db.password", 1234) == MASK
    assert masked_value("token", True) is True
    assert masked_value("url", "https://u:p@h/x") == f"https://{MASK}@h/x"
    assert masked_value("lr", 0.1) == 0.1


@given(st.lists(st.text(alphabet="ab-=:/@ token'\"", max_size=40), max_size=5))
def test_any_words_keep_their_number(argv: list[str]) -> None:
    assert len(masked_argv(argv)) == len(argv)


@pytest.mark.parametrize("piece", ["a", "-", "x://", "x://a:", "token=", "token ", "a.", "--token ", "'", "Bearer "])
def test_long_hostile_words_cost_no_more_than_their_length(piece: str) -> None:
    """No quadratic regular expression: 100 kB are read in well under a second of processor time."""
    word = piece * (100_000 // len(piece))
    began = time.process_time()
    masked_text(word + "://=: -")
    assert time.process_time() - began < 3
