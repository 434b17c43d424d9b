"""X-SAMPA, the phonetic alphabet for keyboards, as IPA."""

# ruff: noqa: RUF001 - the alphabet is full of letters that look like others

import re

_LETTERS = r"""
    a a  b b  b_< ɓ  c c  d d  d` ɖ  d_< ɗ  e e  f f  g ɡ  g_< ɠ  h h  h\ ɦ  i i  j j  j\ ʝ  k k
    l l  l` ɭ  l\ ɺ  m m  n n  n` ɳ  o o  p p  p\ ɸ  q q  r r  r` ɽ  r\ ɹ  r\` ɻ  s s  s` ʂ
    s\ ɕ  t t  t` ʈ  u u  v v  v\ ʋ  w w  x x  x\ ɧ  y y  z z  z` ʐ  z\ ʑ
    A ɑ  B β  B\ ʙ  C ç  D ð  E ɛ  F ɱ  G ɣ  G\ ɢ  G\_< ʛ  H ɥ  H\ ʜ  I ɪ  I\ ᵻ  J ɲ  J\ ɟ
    J\_< ʄ  K ɬ  K\ ɮ  L ʎ  L\ ʟ  M ɯ  M\ ɰ  N ŋ  N\ ɴ  O ɔ  O\ ʘ  P ʋ  Q ɒ  R ʁ  R\ ʀ  S ʃ
    T θ  U ʊ  U\ ᵿ  V ʌ  W ʍ  X χ  X\ ħ  Y ʏ  Z ʒ
    @ ə  @\ ɘ  @` ɚ  { æ  } ʉ  1 ɨ  2 ø  3 ɜ  3\ ɞ  3` ɝ  4 ɾ  5 ɫ  6 ɐ  7 ɤ  8 ɵ  9 œ  & ɶ
    ? ʔ  ?\ ʕ  <\ ʢ  >\ ʡ  |\ ǀ  |\|\ ǁ  =\ ǂ  !\ ǃ
"""
_SIGNS = r"""
    . .  " ˈ  % ˌ  ' ʲ  : ː  :\ ˑ  -\ ‿  | |  || ‖  ^ ꜛ  ! ꜜ  <F> ↘  <R> ↗  _ ͡
"""
_MARKS = r"""
    ` ˞  ~ ̃  = ̩  _" ̈  _+ ̟  _- ̠  _/ ̌  _0 ̥  _= ̩  _> ʼ  _?\ ˤ  _\ ̂  _^ ̯  _} ̚  _~ ̃
    _A ̘  _a ̺  _B ̏  _B_L ᷅  _c ̜  _d ̪  _e ̴  _F ̂  _G ˠ  _H ́  _H_T ᷄  _h ʰ  _j ʲ  _k ̰
    _L ̀  _l ˡ  _M ̄  _m ̻  _N ̼  _n ⁿ  _O ̹  _o ̞  _q ̙  _R ̌  _R_F ᷈  _r ̝  _T ̋  _t ̤
    _v ̬  _w ʷ  _X ̆  _x ̽
"""
_WORDS = f"{_LETTERS}{_SIGNS}{_MARKS}".split()
SYMBOLS = {**dict(zip(_WORDS[::2], _WORDS[1::2], strict=True)), " ": " ", "-": ""}
"""A hyphen only keeps two symbols apart."""

_SYMBOL = re.compile("|".join(map(re.escape, sorted(SYMBOLS, key=len, reverse=True))))


def ipa_of(x_sampa: str) -> str | None:
    """Spell sounds in IPA, always by the longest symbol that fits; None if one is unknown."""
    symbols = _SYMBOL.findall(x_sampa)
    if sum(map(len, symbols)) != len(x_sampa):
        return None
    return "".join(SYMBOLS[symbol] for symbol in symbols)
