"""Catalogues of languages that nobody speaks, made of po/extract, for tests only: they are never installed.

  en-XA  longer words with accents, each message in brackets ⟦⟧, so a sentence without a catalogue, and one glued of pieces, shows
  ar-XB  Arabic letters, written from right to left
"""
import re
import subprocess

from lib.servers import TOP

KEPT = re.compile(r"\{\{\{.*?\}\}\}|\{\{.*?\}\}|<[^>]*>|%\d\$s|%%|&\w+;|`[^`]*`|\\.|\]\([^)]*\)")
ACCENTS = str.maketrans("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "àƀçđéƒĝĥíĵķľɱñóþɋŕšťúṽŵẋýžÀƁÇĐÉƑĜĤÍĴĶĽṀÑÓÞɊŔŠŤÚṼŴẊÝŽ")
ARABIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابجدهفغحيجكلمنوبقرستوفوخيز")


def longer(text):
    """About half longer: vowels twice, and an ending for words without many of them."""
    doubled = re.sub(r"[aeiou]", lambda m: 2 * m[0], text)
    return re.sub(r"\b([A-Za-z]{4,})\b", lambda m: m[1] + "en", doubled).translate(ACCENTS)


def arabic(text):
    return text.lower().translate(ARABIC)


def mapped(text, change):
    """The text with its words changed, and without a change of tags, markup and arguments."""
    out, at = [], 0
    for kept in KEPT.finditer(text):
        out += [change(text[at:kept.start()]), spoken(kept[0], change)]
        at = kept.end()
    return "".join(out) + change(text[at:])


def spoken(kept, change):
    """Words of attributes are read aloud."""
    return re.sub(r'((?:aria-label|alt|placeholder|title)=")([^"{]*)"', lambda m: f'{m[1]}{change(m[2])}"', kept) if kept[0] == "<" else kept


def pseudo(language, context, text):
    rtl = language == "ar-XB"
    if context == "html":
        return text + r' dir=\"rtl\"' if rtl else text
    if context in ("decimals", "groups of digits"):
        return text
    if context == "chart key":  # the words have places: a translator moves them
        return mapped(text, arabic if rtl else lambda s: s.translate(ACCENTS))
    return mapped(text, arabic) if rtl else f"⟦{mapped(text, longer)}⟧"


def entries(template):
    """(context, id, plural) of the messages of a POT."""
    for block in template.split("\n\n")[1:]:
        words, name = {}, None
        for line in block.splitlines():
            found = re.match(r'(msgctxt|msgid_plural|msgid|msgstr\S*) "(.*)"$', line)
            if found:
                name = found[1]
                words[name] = found[2]
            elif line.startswith('"'):
                words[name] += line[1:-1]
        if words.get("msgid"):
            yield words.get("msgctxt"), words["msgid"], words.get("msgid_plural")


def catalogue(folder, language):
    """Writes FOLDER/LANGUAGE/LC_MESSAGES/diptych.mo."""
    template = subprocess.run(["sh", TOP / "po/extract"], capture_output=True, text=True, check=True).stdout
    out = ['msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n']
    for context, one, many in entries(template):
        out.append((f'msgctxt "{context}"\n' if context else "") + f'msgid "{one}"\n' + (f'msgid_plural "{many}"\n' if many else ""))
        forms = [pseudo(language, context, form) for form in ([one, many] if many else [one])]
        out += [f'msgstr{f"[{i}]" if many else ""} "{form}"\n' for i, form in enumerate(forms)] + ["\n"]
    made = folder / language.replace("-", "_") / "LC_MESSAGES"
    made.mkdir(parents=True)
    subprocess.run(["msgfmt", "-o", made / "diptych.mo", "-"], input="".join(out), text=True, check=True)
