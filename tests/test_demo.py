"""The demo says what the README shows."""

import re
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[1] / "README.md"
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def test_the_readme_shows_what_the_demo_prints(tmp_path, leohub):
    shown = re.search(r"```text\n(450 hubs.*?)Report:", README.read_text("utf-8"), re.DOTALL)
    assert shown is not None
    code, out, _ = leohub("demo", "--results", tmp_path / "demo")
    assert code == 0
    printed = out.replace("\N{NO-BREAK SPACE}", " ").partition("Report:")[0]
    words = [" ".join(NUMBER.sub("#", text).split()) for text in (shown[1], printed)]
    # A busy machine may not come to the end of the search in the time for it.
    for cut in (" The search was cut short; this is the best plan it found.", "; the time was up"):
        words = [text.replace(cut, "") for text in words]
    # Names of counties and places may change with the last digits of another machine's arithmetic.
    before, after = (re.split(r"The most are reached in.*?\. ", text)[0] for text in words)
    assert before == after
    reached, expected = (
        [float(number.replace(",", "")) for number in NUMBER.findall(text)[:6]]
        for text in (printed, shown[1])
    )
    assert reached == pytest.approx(expected, rel=0.005)
    assert (tmp_path / "demo" / "report.html").stat().st_size > 1_000_000
