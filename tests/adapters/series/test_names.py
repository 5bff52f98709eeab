"""The file names of series."""

from hypothesis import given
from hypothesis import strategies as st

from expbench.adapters.series.names import SOURCES, file_name, is_digest, parse_file_name, stem_of

keys = st.text(st.characters(), min_size=0, max_size=300)


@given(keys, st.sampled_from(SOURCES))
def test_a_file_name_tells_its_key_or_that_it_does_not(key: str, source: str) -> None:
    name = parse_file_name(file_name(key, source))
    assert name is not None
    assert name.source == source
    assert name.key == key or (name.key is None and is_digest(name.stem))


@given(keys)
def test_every_file_name_is_one_plain_word_that_fits(key: str) -> None:
    name = file_name(key, "api")
    assert "/" not in name
    assert name.isascii()
    assert name == name.lower() or "%" in name
    assert len(name) < 250


def test_hostile_and_long_keys_stay_in_the_folder() -> None:
    for key in ("../x", "/etc/passwd", ".", "..", "", "a/b", "a\nb", "x" * 65536, "\ud800", "Ü" * 100):
        assert file_name(key, "api")[0] not in "./"


def test_keys_that_differ_in_case_differ_in_more_than_case() -> None:
    assert stem_of("Loss").lower() != stem_of("loss").lower()


def test_other_files_are_no_series() -> None:
    for name in ("notes.txt", ".pts", "loss.pts", "loss.magic.pts", "loss.api.pts~", ".api.pts"):
        assert parse_file_name(name) is None
