"""Questions with one right text: those that a reward which compares texts judges rightly."""

from tvrgen._support.json_lines import Record


def several(line: Record) -> str:
    """Returns why a question has several right texts, as `Format.omits` does: the end of "3 that ...". Else ""."""
    if "family" in line:
        if line["answer_form"] == "map":
            return "ask for a map, of which many texts are right"
        return "are right with any number near the true one" if line["truth"].get("approximate") else ""
    if len(line["changes"]) > 1:
        return "have several changes, which are right in any order"
    if line.get("alternatives") or any(len(change["accepted"]) > 1 for change in line["changes"]):
        return "have a change that may be said in several ways"
    return ""
