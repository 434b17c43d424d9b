"""Documents that mean harm, and whole ones to break."""

MOST_BYTES = 65_536

SOUND = (
    (
        '<speak version="1.1" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US"><p>'
        '<s>Hello</s><s>World</s></p><break time="500ms"/><mark name="m"/></speak>'
    ),
    (
        'Dial <say-as interpret-as="telephone" format="1">2122241555</say-as> on '
        '<say-as interpret-as="date" format="mdy">1/2/03</say-as>, <say-as interpret-as="bleep">x'
        "</say-as>!"
    ),
    (
        '<prosody rate="slow" pitch="+2st" volume="-6dB">a <emphasis level="strong">b</emphasis>'
        "</prosody>"
    ),
    (
        '<phoneme alphabet="x-sampa" ph="t@&quot;meIt@U">tomato</phoneme>'
        ' <sub alias="a &lt; b">c</sub>'
    ),
    (
        '<voice name="Ana Florence"><lang xml:lang="fr-FR">Bonjour</lang></voice>'
        '<audio src="x">y</audio>'
    ),
    "<![CDATA[ a < b && c ]]><!-- no --><?go on?>&#x1F600; ]] &amp;",
    "Γειά <s>سلام \u202e abc</s> 你好 😀 \u0301\u0301 \u200d",
)

HOSTILE = (
    '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]><l>&c;</l>',
    '<?xml version="1.0"?><!DOCTYPE s SYSTEM "http://127.0.0.1/x.dtd"><s/>',
    '<!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/passwd">]><s>&e;</s>',
    '<!DOCTYPE s [<!ENTITY % p SYSTEM "http://127.0.0.1/"> %p;]><s/>',
    '<?xml version="1.0" encoding="UTF-16"?><speak>a</speak>',
    '<?xml version="1.0" encoding="EBCDIC" standalone="no"?><speak>a</speak>',
    '<?xml version="9.9"?>a',
    "<?xml?><?xml?>",
    "\ufeff\ufeff<speak>a</speak>",
    "\ud800<s>\udfff</s>\udbff\udc00",
    "\x00\x01\x08\x0b\x1f\x7f\x85\ufffe\uffff",
    "<a><b><c></a></b></c>",
    "<<<>>>&&&;;;''\"\"",
    "<a b=c d e='f g=\"h' i>",
    "<a a='1' a='2' A='3'/>",
    "</speak></_></a>",
    "<_><__></_></__></_>",
    "<speak><speak><speak>a</speak></speak></speak>",
    "<speak>a</speak><speak>b</speak>",
    "<![CDATA[]]]]><![CDATA[>]]>]]>",
    "<!----><!-- -- --><!-->",
    "&#0;&#x110000;&#xD800;&#99999999999;",
    "&lt&gt;&nbsp;&a.b-c:d;&;",
    "<say-as interpret-as='date'><say-as interpret-as='x'><sub><phoneme ph=''><mark/>",
    "<prosody rate='1e999' pitch='nanst' volume='infdB'><break time='-0s'/><break time='９s'/>",
    "<xml:a xmlns:xml='x' xmlns='' xmlns:='y' :b='c'/><:/>",
    "<ssml:ssml:break/><ssml:/>",
    "<a" + " b" * 50 + "='1'>",
)


def _filled(unit: str, head: str = "", tail: str = "") -> str:
    room = MOST_BYTES - len((head + tail).encode())
    return head + unit * (room // len(unit.encode("utf-8", "surrogatepass"))) + tail


LARGE = {
    "references": _filled("&amp;"),
    "white references": _filled("&#9;", '<say-as interpret-as="digits">', "</say-as>"),
    "elements": _filled("<a/>"),
    "breaks": _filled("<break/>"),
    "depth": _filled("<a>"),
    "ends": _filled("</a>"),
    "deep and wide": "<a>" * 31 + "<b/>" * 9_000 + "</a>" * 31,
    "attributes": "<prosody " + " ".join(f'a{n}="1"' for n in range(6_500)) + "/>",
    "namespaces": "<a "
    + " ".join(f'xmlns:a{n}=""' for n in range(2_300))
    + ">"
    + "<a1:b/>" * 3_000,
    "alias": _filled(">", '<sub alias="', '">a</sub>'),
    "name": _filled("a", "<", "/>"),
    "reference": _filled("a", "&", ";"),
    "number": _filled("9", '<prosody rate="', '"/>'),
    "language": _filled("a-", '<lang xml:lang="', '"/>'),
    "x-sampa": _filled("_", '<phoneme alphabet="x-sampa" ph="', '">a</phoneme>'),
    "spaces": _filled(" "),
    "lines": _filled("\r\n"),
    "returns": _filled("\r"),
    "comment": _filled("- ", "<!--", "-->"),
    "comments": _filled("<!---->"),
    "CDATA": _filled("]", "<![CDATA[", "]]>"),
    "CDATAs": _filled("<![CDATA[]]>"),
    "instructions": _filled("<?a?>"),
    "brackets": _filled("]"),
    "tags begun": _filled("<"),
    "tags open": _filled("<a "),
    "quotes": _filled("\"'", "<a b="),
    "say-as": _filled('<say-as interpret-as="digits">1</say-as>'),
    "phonemes": _filled('<phoneme ph="a">b</phoneme>'),
    "sounds": _filled(f'<phoneme alphabet="x-sampa" ph="{"_B_" * 100}">b</phoneme>'),
    "bleeps": _filled('<say-as interpret-as="bleep">b</say-as>'),
    "prosody": _filled('<prosody rate="+9%">a</prosody>'),
    "emphasis": _filled("a<emphasis> </emphasis>"),
    "paragraphs": _filled("a<p/>"),
    "marks": _filled('<mark name="a"/>', "a<p/>"),
    "aliases": _filled('<sub alias="a">b</sub>'),
    "unknown": "".join(f"<u{n}/>" for n in range(7_000)),
    "pairs": _filled("\ud83d\ude00"),
    "halves": _filled("\ud800"),
    "marks of order": _filled("\ufeff"),
    "nothing": _filled("\0"),
    "directions": _filled("\u202e"),
    "words": _filled("word "),
    "far too long": "a" * 1_000_000,
}
