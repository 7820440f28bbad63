"""Written text as a voice says it: numbers, money, moments, codes, abbreviations, signs."""
