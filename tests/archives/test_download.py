"""Downloads from a server that misbehaves: whole and right in the end, or one clear error and nothing left."""

from __future__ import annotations

import hashlib
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pipeline.archives import download as module
from pipeline.archives.download import download
from pipeline.archives.having import have
from pipeline.archives.packing import Archive, Packing
from pipeline.errors import SourceError
from pipeline.kinds import Store
from tests.archives.server import Behaviour, serving

CONTENT = random.Random(0).randbytes(300_000)
MD5 = f"md5:{hashlib.md5(CONTENT).hexdigest()}"


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(module, "BLOCK", 1000)


def archive(**options: Any) -> Archive:
    return Archive("file.zip", **{"checksum": MD5, "origin": "the owner's page", **options})


def arrives(behaviour: Behaviour, folder: Path, **options: Any) -> None:
    """Require that the file arrives whole, with nothing beside it."""
    with serving(behaviour) as address:
        path = download(archive(**options), address, folder)

    assert CONTENT == path.read_bytes()
    assert ["file.zip", "file.zip.lock"] == sorted(each.name for each in folder.iterdir())


def fails(behaviour: Behaviour, folder: Path, **options: Any) -> str:
    """Require one line of an error; return it."""
    with serving(behaviour) as address, pytest.raises(SourceError) as raised:
        download(archive(**options), address, folder)

    (line,) = str(raised.value).replace(address, "ADDRESS").splitlines()
    assert not (folder / "file.zip").exists()
    return line


def test_a_file_arrives(tmp_path: Path) -> None:
    arrives(Behaviour(CONTENT), tmp_path)


def test_of_a_sum_its_first_digits_are_enough(tmp_path: Path) -> None:
    arrives(Behaviour(CONTENT), tmp_path, checksum=f"sha256:{hashlib.sha256(CONTENT).hexdigest()[:8]}")


def test_other_first_digits_are_another_file(tmp_path: Path) -> None:
    assert "its sha256 is" in fails(Behaviour(CONTENT), tmp_path, checksum="sha256:00000000")


def test_a_redirect_is_followed(tmp_path: Path) -> None:
    arrives(Behaviour(CONTENT, moved=True), tmp_path)


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_busy_server_is_asked_again(tmp_path: Path, status: int) -> None:
    arrives(Behaviour(CONTENT, statuses=[status] * 5), tmp_path)


def test_a_server_that_stays_busy_is_given_up_with_what_it_said(tmp_path: Path) -> None:
    said = fails(Behaviour(CONTENT, statuses=[503] * 6), tmp_path)

    assert "ADDRESS: failed 6 times in a row, at last with: the server answers 503 Service Unavailable" == said


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("etag", ['"one"', "", 'W/"weak"'])
def test_a_line_that_is_cut_at_random_is_resumed_where_it_was_cut(tmp_path: Path, seed: int, etag: str) -> None:
    cuts = [random.Random(seed).randrange(1, 60_000) for _ in range(5)]
    behaviour = Behaviour(CONTENT, cuts=list(cuts), etag=etag)

    arrives(behaviour, tmp_path)

    assert ["", *(f"bytes={sum(cuts[: i + 1])}-" for i in range(5))] == behaviour.asked


def test_a_server_without_ranges_is_asked_from_the_beginning(tmp_path: Path) -> None:
    arrives(Behaviour(CONTENT, cuts=[200_000, 100_000, 5], ranges=False), tmp_path)


def test_without_a_validator_and_a_sum_nothing_is_resumed(tmp_path: Path) -> None:
    behaviour = Behaviour(CONTENT, cuts=[1000], etag="")

    arrives(behaviour, tmp_path, checksum="")

    assert ["", ""] == behaviour.asked


def test_a_line_that_never_brings_a_byte_is_given_up(tmp_path: Path) -> None:
    said = fails(Behaviour(CONTENT, cuts=[0] * 6), tmp_path)

    assert said.startswith("ADDRESS: failed 6 times in a row, at last with: ")


def test_a_download_that_was_killed_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file.zip.partial").write_bytes(CONTENT[:123_456])
    behaviour = Behaviour(CONTENT)

    arrives(behaviour, tmp_path)

    assert ["bytes=123456-"] == behaviour.asked


def test_a_download_that_was_killed_behind_its_last_byte_is_whole(tmp_path: Path) -> None:
    (tmp_path / "file.zip.partial").write_bytes(CONTENT)

    arrives(Behaviour(CONTENT), tmp_path)


def test_a_file_that_changed_on_the_server_is_fetched_anew(tmp_path: Path) -> None:
    (tmp_path / "file.zip.partial").write_bytes(b"x" * 1000)
    (tmp_path / "file.zip.partial.tag").write_text('"zero"')

    arrives(Behaviour(CONTENT), tmp_path)


def test_wrong_bytes_are_refused_with_both_sums_and_forgotten(tmp_path: Path) -> None:
    said = fails(Behaviour(CONTENT[:-1] + b"?"), tmp_path)

    assert said.startswith("ADDRESS: what came is not file.zip: its md5 is ")
    assert said.endswith(f"not {MD5[4:]} (the owner's page)")
    assert not (tmp_path / "file.zip.partial").exists()


def test_another_size_than_published_is_refused_before_it_comes(tmp_path: Path) -> None:
    said = fails(Behaviour(CONTENT), tmp_path, size=5)

    assert "ADDRESS: offers 300000 bytes, file.zip has 5 (the owner's page)" == said


@pytest.mark.parametrize("length", [299_000, 0])
def test_a_length_that_is_wrong_or_missing_does_not_pass_for_the_whole(tmp_path: Path, length: int) -> None:
    said = fails(Behaviour(CONTENT[:299_000], length=length), tmp_path)

    assert said.startswith("ADDRESS: what came is not file.zip")


def test_a_length_that_is_too_large_is_a_cut_line(tmp_path: Path) -> None:
    said = fails(Behaviour(CONTENT, length=400_000, ranges=False), tmp_path)

    assert said.startswith("ADDRESS: failed 6 times in a row")


def test_a_missing_file_is_told_with_what_to_put_where(tmp_path: Path) -> None:
    with serving(Behaviour(CONTENT, statuses=[404])) as address, pytest.raises(SourceError) as raised:
        have([Packing((archive(addresses=(address,)),), {})], Store(tmp_path))

    assert f"file.zip: cannot be had here; put file.zip (the owner's page) into {tmp_path}" == str(raised.value)


def test_a_full_disk_is_told_before_the_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(2**30, 2**30 - 1000, 1000))
    behaviour = Behaviour(CONTENT)

    said = fails(behaviour, tmp_path)

    assert "the disk has 0.00 GB left; make room, or name a folder on a larger disk in SR_CACHE" in said


def test_two_fetches_of_one_archive_make_one_download(tmp_path: Path) -> None:
    behaviour = Behaviour(CONTENT)

    with serving(behaviour) as address, ThreadPoolExecutor(2) as pool:
        paths = list(pool.map(lambda _: download(archive(), address, tmp_path), range(2)))

    assert 1 == len(behaviour.asked)
    assert CONTENT == paths[0].read_bytes() == paths[1].read_bytes()


def test_a_mirror_that_is_an_address_is_asked_before_the_owner(tmp_path: Path) -> None:
    owner = "http://127.0.0.1:9/never"
    with serving(Behaviour(CONTENT)) as address:
        found = have([Packing((archive(addresses=(owner,)),), {})], Store(tmp_path, mirror=address.rpartition("/")[0]))

    assert CONTENT == found.paths[0].read_bytes()


def test_a_mirror_that_is_a_folder_is_used_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "file.zip").write_bytes(CONTENT)

    found = have([Packing((archive(),), {})], Store(tmp_path / "store", str(tmp_path / "mirror")))

    assert (tmp_path / "mirror" / "file.zip",) == found.paths
    assert 300_000 == found.receipt().size
    assert hashlib.sha256(CONTENT).hexdigest() == found.receipt().sha256
    assert not (tmp_path / "store").exists()


def test_a_wrong_file_in_the_mirror_is_refused_by_its_sum(tmp_path: Path) -> None:
    (tmp_path / "file.zip").write_bytes(b"something else")

    with pytest.raises(SourceError, match=r"file\.zip: is not file\.zip as published: its md5 is not .*; remove it"):
        have([Packing((archive(),), {})], Store(tmp_path))


def test_the_first_packing_that_is_at_hand_is_preferred_to_a_download(tmp_path: Path) -> None:
    (tmp_path / "other.tar").write_bytes(b"at hand")
    behaviour = Behaviour(CONTENT)

    with serving(behaviour) as address:
        ways = [Packing((archive(addresses=(address,)),), {}), Packing((Archive("other.tar"),), {})]
        found = have(ways, Store(tmp_path))

    assert "other.tar" == found.packing.name
    assert [] == behaviour.asked


def test_nothing_of_a_packing_is_downloaded_while_nobody_offers_the_rest(tmp_path: Path) -> None:
    behaviour = Behaviour(CONTENT)

    with serving(behaviour) as address, pytest.raises(SourceError, match=r"put file\.zip .* and other\.tar into"):
        have([Packing((archive(addresses=(address,)), Archive("other.tar")), {})], Store(tmp_path))

    assert [] == behaviour.asked
