"""What programs get: the description of the JSON twins, the twins held to it, and errors in their form."""
import copy
import json
import re

import jsonschema
import pytest

from lib.schemas import SCHEMAS

# A page of every type, and their empty and later states.
PAGES = ["/index", "/compare/kafka-vs-kubernetes", "/compare/kafka-vs-nats-vs-redis", "/compare/caddy-vs-nginx",
         "/products/kafka", "/products/nodejs?page=2", "/products/jquery",
         "/products/kafka/history", "/products/kafka/history/2026-03-20", "/predictions", "/alternatives/kafka", "/leaderboard",
         "/leaderboard?page=2", "/sectors", "/sectors/devops", "/themes/streaming", "/search?q=kafka",
         "/search?q=zzzzzzzz", "/search", "/faq", "/faq/kafka", "/faq/kafka-vs-kubernetes", "/methodology", "/about",
         "/compare", "/compare?a=kafka"]


def twin(path, form):
    path, _, query = path.partition("?")
    return f"{path}.{form}" + (f"?{query}" if query else "")


@pytest.fixture(scope="module")
def api(sample_site):
    answer = sample_site.get("/api/openapi.json")
    assert answer.status == 200 and answer["Content-Type"] == "application/json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    return answer.json


def resolve(api, node):
    while "$ref" in node:
        at = api
        for part in node["$ref"][2:].split("/"):
            at = at[part]
        node = at
    return node


def path_item(api, path):
    """The described path that an address falls under; concrete ones before templated ones (OpenAPI 3.1, 4.8.8.2)."""
    path = path.partition("?")[0]
    if path in api["paths"]:
        return api["paths"][path]
    fitting = [p for p in api["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", p.replace(".", r"\.")), path)]
    assert len(fitting) == 1, (path, fitting)
    return api["paths"][fitting[0]]


def validator(api, schema):
    return jsonschema.Draft202012Validator({**schema, "components": api["components"]})


def test_the_description_has_the_form_of_openapi_3_1(api, sample_site):
    form = json.loads((SCHEMAS / "openapi.json").read_text())
    jsonschema.Draft202012Validator.check_schema(form)
    jsonschema.Draft202012Validator(form).validate(api)
    assert api["servers"] == [{"url": sample_site.config["base_url"]}]
    operations = {path: item["get"] for path, item in api["paths"].items()}
    assert len({o["operationId"] for o in operations.values()}) == len(operations)
    for path, operation in operations.items():
        named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", path))
        assert all(p["description"] for p in operation["parameters"])
        assert set(operation["responses"]) >= {"200", "304", "404", "410", "503"}
    alike = [re.sub(r"\{\w+\}", "{}", path) for path in operations]
    assert len(set(alike)) == len(alike), "two paths for the same addresses"
    for name, schema in api["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert not name.endswith("_draw") and name != "page"


def references(node):
    if isinstance(node, dict):
        yield from (v for k, v in node.items() if k == "$ref")
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        yield from references(part)


def test_every_part_of_the_description_is_there_and_used(api):
    named = {f"#/components/{kind}/{name}" for kind, parts in api["components"].items() for name in parts}
    assert set(references(api)) == named


@pytest.mark.parametrize("stray", [
    lambda a: a.pop("info"), lambda a: a.update(openapi="3.0.3"), lambda a: a.update(extra=1),
    lambda a: a["paths"].update(products={}), lambda a: a["paths"]["/sectors.json"]["get"].pop("responses"),
    lambda a: a["paths"]["/sectors.json"]["get"]["responses"].update({"600": {"description": "x"}}),
    lambda a: a["paths"]["/products/{slug}.json"]["get"]["parameters"][0].update(required=False),
    lambda a: a["components"]["responses"]["Moved"].pop("description"), lambda a: a["components"]["headers"]["ETag"].pop("schema")])
def test_a_wrong_description_is_refused(api, stray):
    wrong = copy.deepcopy(api)
    stray(wrong)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(json.loads((SCHEMAS / "openapi.json").read_text())).validate(wrong)


def test_errors_are_as_described(api, sample_site):
    """Each address that names nothing answers in a form that its description knows."""
    for path, item in api["paths"].items():
        if "{" in path:
            answer = sample_site.get(re.sub(r"\{\w+\}", "nobody", path))
            known = resolve(api, item["get"]["responses"]["404"])["content"]
            assert answer.status == 404 and answer["Content-Type"].partition(";")[0] in known, path


@pytest.mark.parametrize("path", PAGES)
def test_each_twin_is_as_described(api, sample_site, path):
    address = twin(path, "json")
    answer = sample_site.get(address)
    assert answer.status == 200, answer
    media = resolve(api, path_item(api, address)["get"]["responses"]["200"])["content"]
    assert list(media) == [answer["Content-Type"]]
    schema = media["application/json"]["schema"]
    validator(api, schema).validate(answer.json)
    assert set(answer.json) == set(resolve(api, schema)["properties"])
    assert answer.json["self"] == sample_site.url + address
    assert f'<{sample_site.url}/api/openapi.json>; rel="service-desc"' in answer["Link"]
    page = sample_site.get(answer.json["url"].removeprefix(sample_site.url))
    assert page.status == 200 and page["Content-Type"].startswith("text/html")


def test_a_twin_that_strays_is_noticed(api, sample_site):
    schema = path_item(api, "/products/kafka.json")["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    strayed = sample_site.get("/products/kafka.json").json
    strayed["product"]["velocity"]["n90"] = "many"
    with pytest.raises(jsonschema.ValidationError):
        validator(api, schema).validate(strayed)


def test_every_described_example_is_there(api, sample_site):
    for path, item in api["paths"].items():
        for p in item["get"]["parameters"]:
            if p["in"] == "path":
                path = path.replace("{%s}" % p["name"], p["example"])
        answer = sample_site.get(path)
        if path.startswith("/og/"):
            assert answer.status == 308
            answer = sample_site.get(answer["Location"].removeprefix(sample_site.url))
        assert answer.status == 200, path


def test_errors_have_the_form_that_was_asked_for(api, sample_site):
    problem = validator(api, {"$ref": "#/components/schemas/problem"})
    for path in ("/products/nobody.json", "/nothing/there.json", "/compare/kafka-vs-nobody.json"):
        answer = sample_site.get(path)
        assert (answer.status, answer["Content-Type"]) == (404, "application/problem+json")
        problem.validate(answer.json)
        assert answer.json["status"] == 404 and answer.json["type"] == "about:blank"
        assert answer.json["request_id"] == answer["X-Request-Id"]
        assert answer["Access-Control-Allow-Origin"] == "*"
    answer = sample_site.get("/products/nobody.md")
    assert (answer.status, answer["Content-Type"]) == (404, "text/markdown; charset=utf-8")
    assert answer.text.startswith("# Not found\n") and answer["X-Request-Id"] in answer.text
    assert answer["Access-Control-Allow-Origin"] == "*"
    answer = sample_site.get("/products/nobody")
    assert answer["Content-Type"].startswith("text/html") and answer["Access-Control-Allow-Origin"] is None
    answer = sample_site.http("POST", "/products/kafka.json")
    assert (answer.status, answer["Content-Type"]) == (405, "application/problem+json")


def test_withdrawn_and_unreadable_twins_are_problems_too(own_site):
    own_site.sql("UPDATE product SET status = 'archived' WHERE slug = 'kafka'")
    from lib.servers import wait_until
    wait_until(lambda: own_site.get("/products/kafka.json").status == 410, 5)
    gone = own_site.get("/products/kafka.json")
    assert gone["Content-Type"] == "application/problem+json" and gone.json["status"] == 410
    own_site.cache.stop()
    own_site.database.stop()
    away = own_site.get("/products/nats.json")
    assert (away.status, away["Content-Type"]) == (503, "application/problem+json")
    assert away.json["status"] == 503 and int(away["Retry-After"]) > 0
    assert away["Cache-Control"] == "no-store"


def test_scripts_elsewhere_may_ask(sample_site):
    answer = sample_site.http("OPTIONS", "/products/kafka.json", {"Origin": "https://example.org",
                                                                   "Access-Control-Request-Method": "GET"})
    assert answer.status == 204 and answer.body == b""
    assert answer["Access-Control-Allow-Origin"] == "*" and "GET" in answer["Access-Control-Allow-Methods"]
    assert sample_site.http("OPTIONS", "/products/kafka")["Access-Control-Allow-Origin"] is None
    moved = sample_site.get("/products/KAFKA.json")
    assert moved.status == 308 and moved["Access-Control-Allow-Origin"] == "*"


def test_the_description_is_linked_and_never_needs_the_database(own_site):
    assert 'href="/api/openapi.json"' in own_site.get("/products/kafka").text
    tag = own_site.get("/api/openapi.json")["ETag"]
    own_site.database.stop()
    assert own_site.get("/api/openapi.json", if_none_match=tag).status == 304
    assert json.loads(own_site.get("/api/openapi.json").body)
