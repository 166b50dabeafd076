"""diptych template: Mustache as its specification says, with any JSON value, and faults that say where."""
import json

import pytest

from lib.servers import diptych


class Written(str):
    """JSON as it is written."""


@pytest.fixture
def render(tmp_path):
    """render(template, data, name=text, ...) -> the output; every file is written byte for byte."""

    def run(template, data, **partials):
        for name, text in {"page": template, **partials}.items():
            (tmp_path / f"{name}.mustache").write_bytes(text.encode())
        (tmp_path / "data.json").write_text(data if isinstance(data, Written) else json.dumps(data))
        done = diptych("template", tmp_path / "page.mustache", tmp_path / "data.json", text=False)
        assert done.returncode == 0, done.stderr.decode()
        assert done.stderr == b""
        return done.stdout.decode()

    return run


def table(*rows):
    return pytest.mark.parametrize("template, data, expected", rows)


@table(
    ("plain\r\ntext\n", {}, "plain\r\ntext\n"),
    ("<{{name}}>", {"name": "Kafka"}, "<Kafka>"),
    ("{{ name }}|{{\tname\n}}|{{{ name }}}|{{& name }}", {"name": "n"}, "n|n|n|n"),
    ("{{x}}", {"x": "& \" < >"}, "&amp; &quot; &lt; &gt;"),
    ("{{{x}}} {{&x}}", {"x": "& \" < >"}, "& \" < > & \" < >"),
    ("{{a}} {{b}} {{c}} {{d}}", {"a": 42, "b": 4.125, "c": -0.5, "d": 0}, "42 4.125 -0.5 0"),
    ("{{a}} {{b}}", {"a": 0.1, "b": 1e300}, "0.1 1e+300"),
    ("{{n}} {{m}}", {"n": 1, "m": 12345678901234567890}, "1 12345678901234567890"),
    ("{{a}} {{b}} {{c}} {{{t}}}", {"a": -9223372036854775809, "b": 10 ** 40, "c": 1.5, "t": [10 ** 20, -7, "1" * 20, {"x\"1": 10 ** 19}]},
     f"-9223372036854775809 {10 ** 40} 1.5 [{10 ** 20},-7,\"{'1' * 20}\",{{\"x\\\"1\":{10 ** 19}}}]"),
    ("{{#m}}yes{{/m}}{{^m}}no{{/m}} {{s}}", {"m": -10 ** 30, "s": "1" * 30}, "yes " + "1" * 30),
    ("[{{a}}] [{{b}}] [{{none}}] [{{none.deep}}]", {"a": None, "b": True}, "[] [true] [] []"),
    ("  {{x}}\n", {"x": "-"}, "  -\n"),
    ("{{x}}{{y}}", {"x": "{{y}}", "y": "z"}, "{{y}}z"),
    ("é {{x}} 💡", {"x": "ü🚀"}, "é ü🚀 💡"),
)
def test_interpolation(render, template, data, expected):
    assert render(template, data) == expected


NUMBERS = ["1e3", "1E3", "1.50", "0.1000", "-0", "-0.0", "0", "0.0", "0e5", "-1.0e-07", "1e+2", "2.5E-400", "1e999", "100000000000000000000.00", "7"]


def test_every_number_is_written_as_it_was(render):
    data = Written('{"l":[%s],"text":"1e3 [1.50]","1.50":{"-0":1.0}}' % " , ".join(NUMBERS))
    assert render("{{#l}}{{.}} {{/l}}", data) == "".join(f"{n} " for n in NUMBERS)
    assert render("{{{l}}}{{text}}{{{.}}}", data) == f"[{','.join(NUMBERS)}]1e3 [1.50]" + data.replace(" , ", ",")
    for n in NUMBERS:
        assert render("{{.}}", Written(n)) == n
        assert render("{{#n}}yes{{/n}}{{^n}}no{{/n}}", Written('{"n":%s}' % n)) == ("no" if set(n.lower().split("e")[0]) <= set("-0.") else "yes"), n


@pytest.mark.parametrize("number", ["01", "1.", ".5", "+1", "1e", "1e+", "--1", "1.2.3", "-", "1-2", "0x1", "[1e999, 1.2.3]", "[1e999, 01]", "[1e999, 1 2]"])
def test_what_is_no_number_is_a_fault(tmp_path, number):
    (tmp_path / "a.mustache").write_text("{{.}}")
    (tmp_path / "a.json").write_text(number)
    done = diptych("template", tmp_path / "a.mustache", tmp_path / "a.json")
    assert done.returncode == 1 and "a.json:1:" in done.stderr and done.stdout == ""


def test_every_integer_has_the_digits_that_were_written(render):
    """Around each power of two and of ten, beside a real, a string of digits and an integer that needs 80 bits."""
    values = [sign * (base ** n + d) for base in (2, 10) for n in range(70) for d in (-1, 0, 1) for sign in (1, -1)]
    data = {"v": values, "real": 0.25, "big": 2 ** 80, "text": str(2 ** 80)}
    assert render("{{#v}}{{.}} {{/v}}{{real}} {{big}} {{text}}", data) == " ".join(map(str, [*values, 0.25, 2 ** 80, 2 ** 80]))


@table(
    ("{{a.b.c}}", {"a": {"b": {"c": "deep"}}}, "deep"),
    ("{{#a}}{{b.c}}{{/a}}", {"a": {"b": {}}, "b": {"c": "wrong"}}, ""),
    ("{{#a}}{{b.c}}{{/a}}", {"a": {"x": 1}, "b": {"c": "outer"}}, "outer"),
    ("{{#a.b}}{{c}}{{/a.b}}{{^a.x}}no{{/a.x}}", {"a": {"b": {"c": 1}}}, "1no"),
    ("{{a.b.none}}|{{a.b.c.d}}", {"a": {"b": {"c": "text"}}}, "|"),
)
def test_dotted_names(render, template, data, expected):
    assert render(template, data) == expected


@table(
    ("<{{.}}>", "top & level", "<top &amp; level>"),
    ("<{{{.}}}>", "top & level", "<top & level>"),
    ("{{.}}", 7, "7"),
    ("{{.}}", None, ""),
    ("{{#.}}({{.}}){{/.}}", [1, "two", 3.5, [4]], "(1)(two)(3.5)([4])"),
    ("{{#.}}{{#.}}{{.}}{{/.}};{{/.}}", [[1, 2], [3]], "12;3;"),
    ("{{#.}}{{name}} {{/.}}", [{"name": "a"}, {"name": "b"}], "a b "),
    ("{{^.}}empty{{/.}}", [], "empty"),
    ("{{#x}}{{.}}{{/x}}", {"x": "text"}, "text"),
)
def test_any_value_as_data(render, template, data, expected):
    assert render(template, data) == expected


@table(
    ("{{#yes}}a{{/yes}}{{#no}}b{{/no}}{{^no}}c{{/no}}{{^yes}}d{{/yes}}", {"yes": True, "no": False}, "ac"),
    ("{{#none}}a{{/none}}{{^none}}b{{/none}}", {}, "b"),
    ("{{#n}}a{{/n}}{{^n}}b{{/n}}", {"n": None}, "b"),
    ("{{#l}}a{{/l}}{{^l}}b{{/l}}", {"l": []}, "b"),
    ("{{#o}}a{{/o}}", {"o": {}}, "a"),
    ("{{#l}}{{n}}{{out}},{{/l}}", {"l": [{"n": 1}, {"n": 2, "out": "x"}], "out": "o"}, "1o,2x,"),
    ("{{#a}}{{#b}}{{one}}{{two}}{{three}}{{/b}}{{/a}}",
     {"a": {"one": 1}, "b": {"two": 2}, "three": 3}, "123"),
    ("{{#a}}{{x}}{{/a}}", {"a": {"x": None}, "x": "outer"}, ""),
    ("{{#a}} {{#b}}x{{/b}} {{/a}}", {"a": True, "b": True}, " x "),
    ("{{# a }}x{{/ a }}", {"a": True}, "x"),
)
def test_sections(render, template, data, expected):
    assert render(template, data) == expected


@table(
    ("one\n{{#x}}\ntwo\n{{/x}}\nthree\n", {"x": True}, "one\ntwo\nthree\n"),
    ("one\r\n  {{#x}}\t\r\ntwo\r\n{{/x}}\r\nthree", {"x": True}, "one\r\ntwo\r\nthree"),
    ("  {{#x}}\ntwo\n  {{/x}}", {"x": True}, "two\n"),
    ("one\n  {{^x}}\n  two\n\t{{/x}}", {"x": False}, "one\n  two\n"),
    ("a {{#x}}\nb\n{{/x}} c\n", {"x": True}, "a \nb\n c\n"),
    ("{{#x}}{{/x}}\nb\n", {"x": True}, "\nb\n"),
    ("one\n  {{! said by nobody }}\ntwo\n", {}, "one\ntwo\n"),
    ("one\n{{!\n  more\n  lines\n}}  \ntwo\n", {}, "one\ntwo\n"),
    ("a {{! x }}\nb\n", {}, "a \nb\n"),
    ("one\n  {{=| |=}}\n|x|\n", {"x": 1}, "one\n1\n"),
    ("{{x}}\n {{y}} \n", {"x": 1, "y": 2}, "1\n 2 \n"),
)
def test_lines_of_their_own(render, template, data, expected):
    assert render(template, data) == expected


@table(
    ("{{=<% %>=}}<%x%> {{x}} <%& x%><%{x}%>", {"x": "<"}, "&lt; {{x}} <<"),
    ("{{= | | =}}|#s||x||/s||={{ }}=|{{x}}", {"s": True, "x": 1}, "11"),
    ("{{=@ @=}}@#s@{{x}}@x@@/s@", {"s": {"x": 2}}, "{{x}}2"),
    ("{{#s}}{{=<< >>=}}<<x>><</s>> {{x}}", {"s": True, "x": 1}, "1 {{x}}"),
    ("a {{! {{ }} b", {}, "a  b"),
)
def test_delimiters_and_comments(render, template, data, expected):
    assert render(template, data) == expected


@pytest.mark.parametrize("template, data, partials, expected", [
    ("[{{>p}}]", {"x": 1}, {"p": "{{x}}"}, "[1]"),
    ("[{{> none }}]", {}, {}, "[]"),
    ("{{#l}}{{>p}}{{/l}}", {"l": [1, 2]}, {"p": "<{{.}}>"}, "<1><2>"),
    ("a\n  {{>p}}\nb\n", {}, {"p": "1\n2\n"}, "a\n  1\n  2\nb\n"),
    ("a\r\n  {{>p}}\r\nb", {}, {"p": "1\r\n2\r\n"}, "a\r\n  1\r\n  2\r\nb"),
    ("a {{>p}} b", {}, {"p": "1\n2\n"}, "a 1\n2\n b"),
    (" {{>p}}\n", {"x": "1\n2"}, {"p": "<{{x}}>\n"}, " <1\n2>\n"),
    (" {{>p}}\n", {"s": True}, {"p": "{{#s}}\nin\n{{/s}}\n"}, " in\n"),
    (" {{>p}}\n", {}, {"p": "1\n {{>q}}\n", "q": "2\n3\n"}, " 1\n  2\n  3\n"),
    ("{{=| |=}}|>p| |x|", {"x": 1}, {"p": "{{x}} |x|"}, "1 |x| 1"),
    ("{{>p}}|{{x}}", {"x": 1}, {"p": "{{=| |=}}|x|"}, "1|1"),
    ("{{>tree}}", {"n": 1, "kids": [{"n": 2, "kids": []}, {"n": 3, "kids": [{"n": 4, "kids": []}]}]},
     {"tree": "{{n}}({{#kids}}{{>tree}}{{/kids}})"}, "1(2()3(4()))"),
])
def test_partials(render, template, data, partials, expected):
    assert render(template, data, **partials) == expected


def test_partials_of_the_same_kind_come_first(tmp_path):
    """x.html.mustache includes p.html.mustache rather than p.mustache; nothing outside the folder is read."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in/x.html.mustache").write_text("{{>p}}{{>q}}{{>../secret}}")
    (tmp_path / "in/p.html.mustache").write_text("html")
    (tmp_path / "in/p.mustache").write_text("plain")
    (tmp_path / "in/q.mustache").write_text("q")
    (tmp_path / "secret.mustache").write_text("secret")
    (tmp_path / "data.json").write_text("{}")
    assert diptych("template", tmp_path / "in/x.html.mustache", tmp_path / "data.json", check=True).stdout == "htmlq"


@pytest.mark.parametrize("template, said", [
    ("one\n  {{#open}}", 'page.mustache:2:3: section "open" is never closed'),
    ("{{#a}}{{/b}}", "page.mustache:1:7: {{/b}} does not close the open section \"a\""),
    ("é\n{{/a}}", "page.mustache:2:1: "),
    ("{{a", "page.mustache:1:1: this tag is never closed"),
    ("{{=a=}}", "page.mustache:1:1: delimiters"),
    ("{{>page}}", 'page.mustache:1:1: partial "page": partials are nested more than 64 deep'),
    ("{{#.}}" * 600 + "{{/.}}" * 600, "sections are nested more than 512 deep"),
])
def test_faults(tmp_path, template, said):
    (tmp_path / "page.mustache").write_text(template)
    (tmp_path / "data.json").write_text("{}")
    done = diptych("template", tmp_path / "page.mustache", tmp_path / "data.json")
    assert done.returncode == 1 and said in done.stderr
    assert done.stdout == "", "a fault leaves no half of a page"


def test_faults_of_files(tmp_path):
    (tmp_path / "page.mustache").write_text("x")
    (tmp_path / "bad.json").write_text('{"a":\n ]')
    for page, data, said in [("none", "bad.json", "bad.json:2:"), ("page.mustache", "none.json", "none.json"),
                             ("none.mustache", "good.json", "none.mustache: No such file")]:
        (tmp_path / "good.json").write_text("[]")
        done = diptych("template", tmp_path / page, tmp_path / data)
        assert done.returncode == 1 and said in done.stderr and done.stdout == ""
    assert diptych("template", tmp_path / "page.mustache").returncode == 2


def test_numbers_beyond_64_bits(tmp_path):
    (tmp_path / "page.mustache").write_text("{{a}}")
    (tmp_path / "data.json").write_text('{"a": 123456789012345678901234567890}')
    out = diptych("template", tmp_path / "page.mustache", tmp_path / "data.json", check=True).stdout
    assert float(out) == pytest.approx(1.2345678901234568e29)
