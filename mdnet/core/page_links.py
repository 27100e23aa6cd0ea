"""Links for a page: beside every path in its data, the addresses that open the note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_KEYS = {
    "path": "",
    "person_path": "person_",
    "other_path": "other_",
    "source_path": "source_",
    "target_path": "target_",
}


def linked(value: Any, open_note: Callable[[str], str], file_of: Callable[[str], str]) -> Any:
    """`value` (lists and dictionaries) with, for every path in it, `open` and `file` under the same prefix.

    `person_path` gets `person_open` and `person_file`. Addresses that are not to be shown are "".
    """
    if isinstance(value, list):
        return [linked(item, open_note, file_of) for item in value]
    if not isinstance(value, dict):
        return value
    result = {key: linked(item, open_note, file_of) for key, item in value.items()}
    for key, prefix in _KEYS.items():
        path = value.get(key)
        if isinstance(path, str) and path:
            result[f"{prefix}open"], result[f"{prefix}file"] = open_note(path), file_of(path)
    return result


def grouped(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Matches, in order, as needs with their passages: neighbours that answer the same need become one."""
    groups: list[dict[str, Any]] = []
    for item in items:
        if not groups or groups[-1]["need"] != item["need"]:
            groups.append({"need": item["need"], "first": item, "passages": []})
        groups[-1]["passages"].append(item)
    return groups


def map_edges(review: Mapping[str, Any], me: str) -> list[dict[str, Any]]:
    """The review's introductions and whom the user may ask, as edges from who may help to who needs.

    Of those who should meet `also` holds the paths of all named but the two, `people`, `more` and `same` are those of
    the introduction.
    """
    edges = [
        {
            "source": item["other_path"],
            "source_name": item["other"],
            "source_path": item["other_path"],
            "target": item["person_path"],
            "target_name": item["person"],
            "target_path": item["person_path"],
            "text": item["text"],
            "why": item["why"],
            "kind": item["kind"],
            "people": item["people"],
            "more": item["more"],
            "same": item["same"],
            "also": [one["person_path"] for one in item["people"][2:]],
        }
        for item in review["introductions"]
    ]
    for need in review["my_needs"]:
        edges += [
            {
                "source": ask["person_path"],
                "source_name": ask["person"],
                "source_path": ask["person_path"],
                "target": me,
                "target_name": "You",
                "target_path": "",
                "text": need["text"],
                "why": ask["why"],
                "kind": "ask",
            }
            for ask in need["ask"]
        ]
    return edges
