"""What DVC's configuration files say of the remote, read without DVC."""

from pathlib import Path

from expbench.adapters.dvc.config import remote_dir


def test_the_default_remote_where_it_is_a_folder(tmp_path: Path) -> None:
    config = tmp_path / ".dvc" / "config"
    config.parent.mkdir()
    environ = {"DVC_GLOBAL_CONFIG_DIR": str(tmp_path / "none"), "DVC_SYSTEM_CONFIG_DIR": str(tmp_path / "none")}
    for text, expected in {
        "": None,
        "[core]\n    remote = a\n": None,
        "[core]\n    remote = a\n['remote \"a\"']\n    url = ../../store\n": str(tmp_path.parent / "store"),
        "[core]\n    remote = a\n['remote \"a\"']\n    url = s3://bucket/x\n": None,
        "[core]\n    remote = a\n['remote \"b\"']\n    url = /x\n": None,
        "[core]\n    remote = a\n['remote \"a\"']\n    url = '/with space'\n": "/with space",
        "not = a config\n": None,
    }.items():
        config.write_text(text)
        assert remote_dir(str(tmp_path), environ) == expected, text
    config.write_text("[core]\n    remote = a\n['remote \"a\"']\n    url = /shared\n")
    (tmp_path / ".dvc" / "config.local").write_text("['remote \"a\"']\n    url = mine\n")
    assert remote_dir(str(tmp_path), environ) == str(tmp_path / ".dvc" / "mine")
