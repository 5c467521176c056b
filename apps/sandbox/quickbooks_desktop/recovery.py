"""Message sets that can be sent again: what a run did is kept under its id until it is cleared."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from apps.sandbox.quickbooks_desktop.company import Company
from apps.sandbox.quickbooks_desktop.schema import Element
from apps.sandbox.store import Document

KIND = "message set"
CLEAR_ALL = "ClearAllMessageSets"
LONGEST_ID = 23
UNKNOWN, OTHER_CONTENT, INVALID_ID = 600, 9001, 9004


@dataclass
class Decision:
    """Whether a set is executed, the status of the set, and what is told instead."""

    execute: bool
    code: int = 0
    answers: list[str] = field(default_factory=list)


class Recovery:
    """The recovery attributes of one message set. Page 2.4."""

    def __init__(self, company: Company, attributes: dict[str, str], checksum: str) -> None:
        self.company, self.checksum = company, checksum
        self.new, self.old = attributes.get("newMessageSetID", ""), attributes.get("oldMessageSetID", "")
        self.asked = "newMessageSetID" in attributes or "oldMessageSetID" in attributes

    def decide(self, *, empty: bool) -> Decision:
        """What is to be done with the set."""
        if not self.asked:
            return Decision(execute=True)
        if max(len(self.new), len(self.old)) > LONGEST_ID or not (self.new or self.old):
            return Decision(execute=False, code=INVALID_ID)
        if self.new and self.new == self.old:
            return self._status(checked=not empty)
        if self.old and not self._cleared():
            return Decision(execute=False, code=UNKNOWN)
        if self.new and self.company.store.get(KIND, self.new):
            return self._status(checked=True)
        return Decision(execute=bool(self.new) or not empty)

    def _cleared(self) -> bool:
        store = self.company.store
        if self.old == CLEAR_ALL:
            for held in list(store.all(KIND)):
                store.remove(KIND, held["id"])
            return True
        known = store.get(KIND, self.old) is not None
        store.remove(KIND, self.old)
        return known

    def _status(self, *, checked: bool) -> Decision:
        held = self.company.store.get(KIND, self.new)
        if held is None:
            return Decision(execute=False, code=UNKNOWN)
        if checked and held["checksum"] != self.checksum:
            return Decision(execute=False, code=OTHER_CONTENT)
        form = "full" if self.company.settings["recovery_answer"] == "ret" else "short"
        return Decision(execute=False, answers=[each[form] for each in held["answers"]])

    def remembered(self, answer: Element, doc: Document) -> Document:
        """What a status check tells of one message: its status, and the ids of what it made."""
        short = etree.fromstring(etree.tostring(answer))
        if doc:
            told = etree.SubElement(short, "ErrorRecovery")
            name = "TxnID" if "TxnNumber" in doc or "verb" in doc else "ListID"
            values = {
                name: doc.get("id"),
                **{each: doc.get(each) for each in ("TxnNumber", "EditSequence", "ExternalGUID")},
            }
            for tag, value in values.items():
                if value:
                    etree.SubElement(told, tag).text = value
        return {"short": etree.tostring(short, encoding="unicode")}

    def store(self, answers: list[Document]) -> None:
        """Keep what this run did."""
        kept = {"id": self.new, "checksum": self.checksum, "at": int(self.company.clock()), "answers": answers}
        self.company.store.put(KIND, self.new, kept)
