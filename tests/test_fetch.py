"""Downloads against a real server on this machine: asked once, stopped at the first error."""

import datetime as dt
import gzip
import http.server
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from leohub.app.cli.fetch import fetch as fetch_command
from leohub.app.cli.main import cli
from leohub.errors import InputError, OutputError
from leohub.io.fetching import celestrak, download
from leohub.io.fetching.cache import Cache, replace_file
from leohub.io.fetching.celestrak import Fetched, bulletin, elements_of, fetch
from tests.test_io_bulletin import CSV as BULLETIN
from tests.test_io_elements import KEYS, tle

NOW = dt.datetime(2026, 11, 22, 14, 0, tzinfo=dt.UTC)
ELEMENTS = json.dumps([KEYS, KEYS | {"NORAD_CAT_ID": 270_002, "OBJECT_NAME": "TEST-2"}]).encode()
NEWER = json.dumps([KEYS | {"EPOCH": "2026-08-22T20:00:00"}]).encode()
ADDRESS = "/NORAD/elements/gp.php?GROUP=starlink&FORMAT=json"
UNCHANGED = (
    "GP data has not updated since your last successful\r\n"
    "download of GROUP=starlink at {} UTC.\r\n"
    "Data is updated once every 2 hours."
)


@dataclass
class Reply:
    status: int = 200
    body: bytes = ELEMENTS
    headers: dict[str, str] = field(default_factory=dict)
    promised_bytes: int | None = None
    pause_s: float = 0.0


class Site:
    """A server on this machine that gives the replies it was told to, in order."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                reply = site.replies.pop(0)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                length = len(reply.body) if reply.promised_bytes is None else reply.promised_bytes
                if "Transfer-Encoding" not in reply.headers:
                    self.send_header("Content-Length", str(length))
                self.end_headers()
                half = len(reply.body) // 2
                self.wfile.write(reply.body[:half])
                self.wfile.flush()
                time.sleep(reply.pause_s)
                self.wfile.write(reply.body[half:])

            def log_message(self, *_: object) -> None:
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """Clients that hang up are what is tested."""

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def will(self, *replies: Reply) -> None:
        self.replies += replies


@pytest.fixture
def site(monkeypatch) -> Iterator[Site]:
    monkeypatch.setenv("no_proxy", "*")
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setattr(celestrak, "SITE", site.url)
    yield site
    site.server.shutdown()
    site.server.server_close()
    thread.join()


@pytest.fixture
def cache(tmp_path) -> Cache:
    return Cache(tmp_path / "cache")


def get(cache: Cache, *, hours: float = 0.0, group="starlink", **options) -> Fetched:
    now = NOW + dt.timedelta(hours=hours)
    return fetch(elements_of(group, "json"), cache=cache, now=now, **options)


def refusal(cache: Cache, **options) -> str:
    with pytest.raises(InputError) as caught:
        get(cache, **options)
    assert all(problem.remedy for problem in caught.value.problems)
    return str(caught.value)


# --- One download in two hours -------------------------------------------------------------------


def test_a_file_is_downloaded_read_and_kept(site, cache):
    site.will(Reply())
    found = get(cache)
    assert (found.how, len(found.data), found.downloaded) == ("downloaded", 2, NOW)
    assert found.path.read_bytes() == ELEMENTS
    (path, headers) = site.requests[0]
    assert path == ADDRESS
    assert headers["user-agent"].startswith("leohub/")
    assert "if-none-match" not in headers


def test_within_two_hours_nobody_is_asked(site, cache):
    site.will(Reply())
    get(cache)
    assert [get(cache, hours=h).how for h in (0.0, 1.0, 1.99)] == ["kept"] * 3
    assert len(site.requests) == 1


def test_after_two_hours_only_what_changed_is_downloaded(site, cache):
    dated = {"ETag": '"a"', "Last-Modified": "Sun, 22 Nov 2026 12:00:00 GMT"}
    site.will(Reply(headers=dated), Reply(304, b""), Reply(body=NEWER))
    get(cache)
    same = get(cache, hours=2)
    assert (same.how, same.downloaded, len(same.data)) == ("unchanged", NOW, 2)
    headers = site.requests[1][1]
    assert headers["if-none-match"] == '"a"'
    assert headers["if-modified-since"] == dated["Last-Modified"]
    assert get(cache, hours=3.9).how == "kept"
    newer = get(cache, hours=4.1)
    assert (newer.how, len(newer.data)) == ("downloaded", 1)
    assert len(site.requests) == 3


def test_every_group_and_format_is_a_file_of_its_own(site, cache):
    site.will(Reply(), Reply(), Reply(body="\n".join(tle()).encode()))
    get(cache)
    get(cache, group="amazon-leo")
    fetch(elements_of("starlink", "tle"), cache=cache, now=NOW)
    assert [path for path, _ in site.requests] == [
        ADDRESS,
        "/NORAD/elements/gp.php?GROUP=kuiper&FORMAT=json",
        "/NORAD/elements/gp.php?GROUP=starlink&FORMAT=tle",
    ]


def test_a_clock_that_was_set_back_does_not_keep_a_copy_for_ever(site, cache):
    site.will(Reply(), Reply())
    get(cache, hours=1000)
    assert get(cache).how == "downloaded"


@pytest.mark.parametrize("damage", ["content", "note", "note that is no object"])
def test_a_damaged_cache_counts_as_empty(site, cache, damage):
    site.will(Reply(), Reply())
    copy = get(cache).path
    (note,) = cache.folder.glob("*.note.json")
    (copy if damage == "content" else note).write_text("[1]" if "object" in damage else "{")
    assert get(cache).how == "downloaded"
    assert len(site.requests) == 2


def test_packed_content_is_unpacked(site, cache):
    site.will(Reply(body=gzip.compress(ELEMENTS), headers={"Content-Encoding": "gzip"}))
    assert get(cache).path.read_bytes() == ELEMENTS


def test_progress_is_told(site, cache):
    shares: list[float] = []
    site.will(Reply())
    get(cache, tick=shares.append)
    assert shares[-1] == 1.0


# --- Stopped at the first error ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(403, b"Too many requests"), "refuses to answer your internet address (403) (Too"),
        (Reply(429, b""), "refuses to answer your internet address (429)"),
        (Reply(301, b"", {"Location": "https://celestrak.org/x"}), "has moved to https://celes"),
        (Reply(500, b"<html>trouble</html>"), "its server is in trouble (500)."),
        (Reply(503, b""), "its server is in trouble (503)"),
        (Reply(204, b""), "its server is in trouble (204)"),
        (Reply(304, b""), "its server is in trouble (304)"),
    ],
)
def test_after_a_refusal_nothing_on_the_site_is_asked_for_two_hours(site, cache, reply, message):
    site.will(reply, Reply(), Reply())
    assert message in refusal(cache)
    told = refusal(cache, hours=1.9, group="oneweb")
    assert "not asked for now, because at 2026-11-22 14:00 UTC" in told
    assert "Wait until 2026-11-22 16:00 UTC" in told
    assert len(site.requests) == 1
    assert get(cache, hours=2.1).how == "downloaded"


def test_another_source_may_be_asked_after_a_refusal(site, cache, tmp_path):
    site.will(Reply(403, b""))
    refusal(cache)
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "starlink.json").write_bytes(ELEMENTS)
    assert get(cache, mirror=str(tmp_path / "mirror")).how == "mirror"
    other = Site()
    threading.Thread(target=other.server.handle_request).start()
    other.will(Reply())
    assert get(cache, mirror=f"{other.url}/elements/").how == "downloaded"
    assert other.requests[0][0] == "/elements/starlink.json"
    other.server.server_close()


def test_a_group_that_is_not_there_does_not_block_the_others(site, cache):
    site.will(Reply(404, b"Not Found"), Reply())
    assert "there is nothing at this address (404)" in refusal(cache, group="starlnk")
    assert "not asked for now" in refusal(cache, group="starlnk")
    assert get(cache).how == "downloaded"


def test_a_copy_that_was_downloaded_lately_is_the_newest(site, cache):
    site.will(Reply(), Reply(403, UNCHANGED.format("2026-11-22 14:00:03").encode()))
    get(cache)
    again = get(cache, hours=2.5)
    assert (again.how, again.downloaded) == ("unchanged", NOW)
    assert get(cache, hours=4).how == "kept"
    assert len(site.requests) == 2


def test_a_copy_is_not_the_newest_when_a_neighbour_has_downloaded_since(site, cache):
    site.will(Reply(), Reply(403, UNCHANGED.format("2026-11-22 16:10:00").encode()))
    kept = get(cache).path
    told = refusal(cache, hours=2.5)
    assert "was downloaded from your internet address before" in told
    assert f"The copy of 2026-11-22 14:00 UTC is still at {kept}" in told


def test_without_a_copy_the_neighbour_has_it(site, cache):
    site.will(Reply(403, UNCHANGED.format("2026-11-22 13:10:00").encode()), Reply())
    assert "Take the file from whoever downloaded it" in refusal(cache)
    assert get(cache, group="oneweb").how == "downloaded"


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(body=b'Invalid query: "GROUP=x"'), "instead of a file it answers 'Invalid query"),
        (Reply(body=b"No GP data found"), "instead of a file it answers 'No GP data found'"),
        (Reply(body=b""), "instead of a file it answers ''"),
        (Reply(body=b"<!DOCTYPE html><p>" + b"x" * 900), "DOCTYPE"),
        (Reply(body=ELEMENTS[:-40]), "not complete JSON"),
        (Reply(body=ELEMENTS + ELEMENTS), "after the end of the list"),
        (Reply(body=b"[]"), "instead of a file it answers '[]'"),
    ],
)
def test_what_is_no_elements_never_replaces_a_copy(site, cache, reply, message):
    site.will(Reply(), reply)
    kept = get(cache).path
    assert message in refusal(cache, hours=3)
    assert kept.read_bytes() == ELEMENTS
    told = refusal(cache, hours=4)
    assert "not asked for now" in told
    assert str(kept) in told
    assert len(site.requests) == 2


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(promised_bytes=len(ELEMENTS) + 9), "it broke off after"),
        (
            Reply(body=gzip.compress(ELEMENTS)[:-20], headers={"Content-Encoding": "gzip"}),
            "it broke off before the end",
        ),
        (
            Reply(body=b"5\r\nabcde\r\n5\r\nab", headers={"Transfer-Encoding": "chunked"}),
            "it broke off",
        ),
        (Reply(body=b"\x1f\x8b no", headers={"Content-Encoding": "gzip"}), "could not be fetched"),
        (Reply(headers={"Content-Encoding": "br"}), "a packing that was not asked for (br)"),
        (Reply(pause_s=1.0), "no answer within 0.2 s"),
    ],
)
def test_what_breaks_off_is_told_and_nothing_kept(site, cache, monkeypatch, reply, message):
    site.will(reply, Reply())
    with monkeypatch.context() as patch:
        if reply.pause_s:
            patch.setattr(download, "SILENCE_S", 0.2)
        told = refusal(cache)
    assert message in told
    assert "Check the connection" in told
    assert not list(cache.folder.glob("*"))
    assert len(site.requests) == 1
    assert get(cache).how == "downloaded"


def test_what_does_not_end_is_stopped(site, cache, monkeypatch):
    monkeypatch.setattr(download, "TOTAL_S", 0.05)
    site.will(Reply(pause_s=0.2))
    assert "not done after 0.05 s" in refusal(cache)


@pytest.mark.parametrize("packed", [True, False])
def test_what_is_too_large_is_stopped(site, cache, monkeypatch, packed):
    monkeypatch.setattr(download, "MAX_BYTES", 1 << 20)
    body = bytes(3 << 20)
    headers = {"Content-Encoding": "gzip"} if packed else {}
    site.will(Reply(body=gzip.compress(body) if packed else body, headers=headers))
    assert "sends more than 1 MB" in refusal(cache)


def test_nobody_there(cache, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setattr(celestrak, "SITE", f"http://127.0.0.1:{free.getsockname()[1]}")
    told = refusal(cache)
    assert "it could not be fetched: Connection refused" in told


# --- Mirrors and groups --------------------------------------------------------------------------


def test_a_folder_is_a_mirror(cache, tmp_path):
    assert "the mirror has no starlink.json or starlink.json.gz" in refusal(
        cache, mirror=str(tmp_path)
    )
    (tmp_path / "starlink.json.gz").write_bytes(gzip.compress(ELEMENTS))
    found = get(cache, mirror=str(tmp_path))
    assert (found.how, len(found.data), found.downloaded) == ("mirror", 2, None)
    assert not cache.folder.exists()


@pytest.mark.parametrize("mirror", ["ftp://example.org", "file:///etc"])
def test_a_mirror_that_is_none(cache, mirror):
    assert "neither a folder nor an http address" in refusal(cache, mirror=mirror)


@pytest.mark.parametrize("group", ["", "a&b", "../x", "star link", "x" * 41])
def test_a_group_that_is_none(group):
    with pytest.raises(InputError, match="no name of a group"):
        elements_of(group, "json")


def test_a_bulletin(site, cache):
    site.will(Reply(body=BULLETIN.encode()))
    found = fetch(bulletin(), cache=cache, now=NOW)
    assert site.requests[0][0] == "/SpaceData/EOP-Last5Years.csv"
    assert len(found.data.moment) == 4


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "x.json"
    replace_file(path, b"1")
    replace_file(path, b"2")
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (b"2", [path])
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        replace_file(tmp_path / "folder", b"3")
    assert {p.name for p in tmp_path.iterdir()} == {"x.json", "folder"}


# --- The command ---------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """A folder to work in, with the command there whether or not `leohub` lists it."""
    monkeypatch.setitem(cli.commands, "fetch", fetch_command)
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LEOHUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("LEOHUB_MIRROR", raising=False)
    return folder


def test_the_command_writes_the_file_and_says_what_is_in_it(site, here, leohub):
    site.will(Reply())
    code, out, _ = leohub("fetch", "elements", "--group", "starlink")
    assert (code, (here / "starlink.json").read_bytes()) == (0, ELEMENTS)
    assert "starlink.json: 2 satellites" in out
    assert "epochs from 2026-08-22 00:49" in out
    assert "the oldest has" in out
    assert "53°@" in out
    code, out, _ = leohub("fetch", "elements", "--to", "other.json", "--json")
    figures = json.loads(out)
    assert (figures["how"], figures["satellites"], figures["file"]) == ("kept", 2, "other.json")
    assert figures["age_max_h"] >= figures["age_median_h"]
    assert (here / "other.json").read_bytes() == ELEMENTS
    assert len(site.requests) == 1


def test_the_command_takes_a_mirror_from_the_environment(here, leohub, tmp_path, monkeypatch):
    (tmp_path / "starlink.csv.gz").write_bytes(gzip.compress(b"no table"))
    (tmp_path / "EOP-Last5Years.csv").write_text(BULLETIN)
    monkeypatch.setenv("LEOHUB_MIRROR", str(tmp_path))
    code, out, _ = leohub("fetch", "bulletin")
    assert (code, "EOP-Last5Years.csv: 4 days" in out) == (0, True)
    assert (here / "EOP-Last5Years.csv").read_text() == BULLETIN
    code, out, err = leohub("fetch", "elements", "--format", "csv")
    assert (code, out, "these are not orbital elements" in err) == (2, "", True)
    assert not (here / "starlink.csv").exists()


def test_the_command_leaves_the_file_that_is_there_when_refused(site, here, leohub):
    (here / "starlink.json").write_bytes(ELEMENTS)
    site.will(Reply(403, b"No"))
    code, out, _ = leohub("fetch", "elements", "--json")
    assert code == 2
    assert "refuses to answer" in json.loads(out)["errors"][0]["message"]
    assert (here / "starlink.json").read_bytes() == ELEMENTS


def test_the_command_does_not_write_over_something_else(site, here, leohub):
    (here / "study.toml").write_text("mine")
    code, _, err = leohub("fetch", "elements", "--to", "study.toml")
    assert (code, "holds something else" in err) == (2, True)
    assert (here / "study.toml").read_text() == "mine"
    assert not site.requests


@pytest.mark.parametrize("to", ["nowhere/x.json", "."])
def test_a_place_that_cannot_be_written_is_told_before_anyone_is_asked(site, here, leohub, to):
    code, _, err = leohub("fetch", "elements", "--to", to)
    assert code == 2
    assert "Error" in err
    assert not site.requests


def test_ctrl_c_leaves_nothing_half_done(site, here, tmp_path):
    site.will(Reply(pause_s=20))
    code = (
        "from leohub.app.cli import fetch, main;"
        "from leohub.io.fetching import celestrak;"
        f"celestrak.SITE = {site.url!r};"
        "main.cli.add_command(fetch.fetch); main.main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "fetch", "elements"], stderr=subprocess.PIPE, text=True
    ) as process:
        while not site.requests:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(2)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, "Stopped." in err, "Traceback" in err) == (130, True, False)
    assert list(here.iterdir()) == []
    assert not list((tmp_path / "cache").glob("*"))
