"""Only allow-listed variables are recorded, and no secret among them."""

from expbench.adapters.environment.variables import recorded_variables


def test_only_the_allowed_ones_are_recorded_in_order() -> None:
    environ = {"OMP_NUM_THREADS": "4", "HOME": "/x", "CUDA_VISIBLE_DEVICES": "", "EDITOR": "vi", "PATH": "/bin"}
    assert recorded_variables(environ, "/r", ()) == {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "4"}


def test_the_settings_add_names_and_patterns() -> None:
    environ = {"NCCL_DEBUG": "INFO", "NCCL_ALGO": "Ring", "MINE": "1", "OTHER": "2"}
    assert recorded_variables(environ, "/r", ("NCCL_*", "MINE")) == {
        "MINE": "1", "NCCL_ALGO": "Ring", "NCCL_DEBUG": "INFO",
    }  # fmt: skip


def test_no_pattern_takes_in_a_secret() -> None:
    environ = dict.fromkeys(
        "API_KEY HF_TOKEN MY_SECRET DB_PASSWORD GOOGLE_CREDENTIALS SSH_AUTH_SOCK wandb_key COOKIE".split(), "hunter2"
    )
    assert recorded_variables(environ, "/r", ("*",)) == {}


def test_a_secret_name_is_recorded_when_it_is_listed_itself() -> None:
    assert recorded_variables({"KEY_COUNT": "3"}, "/r", ("KEY_COUNT",)) == {"KEY_COUNT": "3"}


def test_tokenizers_are_no_secret() -> None:
    assert recorded_variables({"TOKENIZERS_PARALLELISM": "false"}, "/r", ()) == {"TOKENIZERS_PARALLELISM": "false"}


def test_credentials_of_urls_are_masked() -> None:
    environ = {"PROXY": "https://me:hunter2@proxy:80/"}
    assert recorded_variables(environ, "/r", ("PROXY",)) == {"PROXY": "https://***@proxy:80/"}


def test_folders_in_the_repository_are_relative_to_it() -> None:
    environ = {"VIRTUAL_ENV": "/r/.venv", "PYTHONPATH": "/r/src:/opt/lib:/rest:/r"}
    assert recorded_variables(environ, "/r", ()) == {"VIRTUAL_ENV": ".venv", "PYTHONPATH": "src:/opt/lib:/rest:."}


def test_values_are_always_text_that_utf_8_can_hold() -> None:
    assert recorded_variables({"LANG": "a\udcff"}, "/r", ()) == {"LANG": "a\ufffd"}
