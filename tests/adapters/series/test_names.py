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


@given(keys, st.sampled_from(SOURCES), keys, st.sampled_from(SOURCES))
def test_two_series_never_share_a_file(key: str, source: str, other: str, others_source: str) -> None:
    same = (key, source) == (other, others_source)
    assert (file_name(key, source).lower() == file_name(other, others_source).lower()) is same


@given(st.binary(max_size=30), st.sampled_from(SOURCES))
def test_whatever_a_file_is_called_it_is_a_series_or_none(name: bytes, source: str) -> None:
    """Names that no key has (bytes that are no UTF-8, as they are or spelt out) are those of other files."""
    for stem in (name.decode("utf-8", "surrogateescape"), "".join(f"%{byte:02X}" for byte in name)):
        found = parse_file_name(f"{stem}.{source}.pts")
        assert found is None or found.key is None or found.key.encode("utf-8", "surrogatepass")


def test_other_files_are_no_series() -> None:
    for name in (
        "%FF.api.pts",
        "%C3.api.pts",
        "\udcff.api.pts",
        "notes.txt",
        ".pts",
        "loss.pts",
        "loss.magic.pts",
        "loss.api.pts~",
        ".api.pts",
    ):
        assert parse_file_name(name) is None
