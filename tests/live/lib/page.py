"""The HTML of a page as a tree with queries by id, name and attributes.  The standard parser does not repair
faults, as html5lib would.  The Nu checker tests validity in the browser tests."""
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


ISOLATES = str.maketrans("", "", "\u2068\u2069")


def bare(text):
    """The text without the characters that isolate values in it."""
    return text.translate(ISOLATES)


class Node:
    def __init__(self, name, attrs=None, parent=None):
        self.name, self.attrs, self.parent, self.children = name, dict(attrs or {}), parent, []

    def __getitem__(self, name):
        return self.attrs.get(name)

    def all(self, name=None, attrs={}):
        """The descendants with this name and these attributes, in document order."""
        for child in self.children:
            if isinstance(child, Node):
                if (name is None or child.name == name) and all(child.attrs.get(k) == v for k, v in attrs.items()):
                    yield child
                yield from child.all(name, attrs)

    def one(self, name=None, attrs={}):
        found = list(self.all(name, attrs))
        assert found, f"no {name or 'element'} {attrs or ''}"
        return found[0]

    def id(self, id):
        found = [x for x in self.all() if x["id"] == id]
        assert len(found) == 1, f"{len(found)} elements with id {id}"
        return found[0]

    @property
    def text(self):
        return " ".join(bare("".join(self._texts())).split())

    def _texts(self):
        for child in self.children:
            if isinstance(child, Node):
                yield from child._texts()
            else:
                yield child


class _Builder(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = self.at = Node("document")

    def handle_starttag(self, name, attrs):
        node = Node(name, attrs, self.at)
        self.at.children.append(node)
        if name not in VOID:
            self.at = node

    def handle_startendtag(self, name, attrs):
        self.at.children.append(Node(name, attrs, self.at))

    def handle_endtag(self, name):
        at = self.at
        while at.parent and at.name != name:
            at = at.parent
        if at.parent:
            self.at = at.parent

    def handle_data(self, data):
        self.at.children.append(data)


def parse(text):
    builder = _Builder()
    builder.feed(text)
    builder.close()
    return builder.root
