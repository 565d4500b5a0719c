"""The places whose law the facts know, as a member may choose them."""

from typing import Final

PLACES: Final = (
    ("US", "United States"),
    ("CN", "China (mainland)"),
    ("EU", "European Union"),
    ("UK", "United Kingdom"),
    ("DE", "Germany"),
    ("CZ", "Czechia"),
    ("JP", "Japan"),
    ("KR", "South Korea"),
    ("TW", "Taiwan"),
    ("HK", "Hong Kong"),
    ("SG", "Singapore"),
    ("IN", "India"),
    ("CA", "Canada"),
    ("AU", "Australia"),
)
CODES: Final = tuple(code for code, _ in PLACES)
