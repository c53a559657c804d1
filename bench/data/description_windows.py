"""Cuts Debian's package descriptions into windows of text: the short description and each paragraph or list item."""

import random
import re

LEAST_CHARACTERS = 20
SEED = 1234


def windows_of_packages(translation: str) -> list[str]:
    """All distinct windows, in the order of the text within a package, the packages shuffled.

    `translation` is a Translation-en file. A prefix of the result is a uniform sample of the packages.
    """
    seen: set[str] = set()
    packages = []
    for record in translation.split("\n\n"):
        fresh = [text for text in windows_of(record) if text not in seen]
        seen.update(fresh)
        packages.append(list(dict.fromkeys(fresh)))
    random.Random(SEED).shuffle(packages)
    return [text for windows in packages for text in windows]


def windows_of(record: str) -> list[str]:
    match = re.search(r"^Description-en: (.*)((?:\n .*)*)", record, re.MULTILINE)
    if match is None:
        return []
    windows = [match[1]]
    paragraph: list[str] = []
    for line in [*match[2].split("\n"), "."]:
        line = line.strip()
        item = re.match(r"[-*+o] +", line)
        if item or line in ("", "."):
            windows.append(" ".join(paragraph))
            paragraph = [line[item.end() :]] if item else []
        else:
            paragraph.append(line)
    return [text for text in map(str.strip, windows) if len(text) >= LEAST_CHARACTERS]
