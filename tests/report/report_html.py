"""Looks at HTML as a strict reader would."""

import re
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Reader(HTMLParser):
    """Collects elements, text, headings and every resource; counts elements that do not nest."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.headings: list[int] = []
        self.text = ""
        self.unbalanced: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.unbalanced += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.unbalanced.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of this name."""
        return [attributes for name, attributes in self.elements if name == tag]

    def resources(self) -> list[str]:
        """Every address that a browser would load by itself."""
        found = [
            attributes[name]
            for tag, attributes in self.elements
            for name in ("src", "srcset", "poster", "data", "background")
            if name in attributes
        ]
        return found + [attributes.get("href", "") for attributes in self.all("link")]


def assert_self_contained(html: str) -> None:
    """The page loads nothing, runs nothing and has no style but its own stylesheet."""
    reader = Reader(html)
    assert reader.unbalanced == []
    assert not {"script", "iframe", "object", "embed", "link", "base", "form"} & {
        tag for tag, _ in reader.elements
    }
    assert all(address.startswith("data:image/") for address in reader.resources())
    assert not [name for _, attributes in reader.elements for name in attributes if name.startswith("on")]
    assert not [attributes for _, attributes in reader.elements if "style" in attributes]
    assert len(reader.all("style")) == 1
    addresses = [attributes.get("href", "") for _, attributes in reader.elements]
    assert not [
        address for address in addresses if re.match(r"\s*(javascript|data|vbscript):", address, re.I)
    ]
    assert not re.search(r"url\(|@import", html[html.index("<style>") : html.index("</style>")])
    policy = next(meta["content"] for meta in reader.all("meta") if meta.get("http-equiv"))
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
