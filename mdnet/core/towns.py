"""Help in another town: "a flat in Leeds" and "a flat in Glasgow, cheap".

Only where both name a large town: whether a village, a district or a country holds another place, no list tells.
"""

from __future__ import annotations

import re
from functools import lru_cache

_TOWNS = """
Aarhus Aberdeen Adelaide Akron Albuquerque Amsterdam Antwerp Athens Atlanta Auckland Augsburg Austin Bangalore
Barcelona Basel Bath Beijing Belfast Berlin Bern Bielefeld Bilbao Birmingham Bochum Bologna Bonn Bordeaux Boston
Braga Bremen Brighton Brisbane Bristol Brussels Bucharest Budapest Buffalo Calgary Cambridge Canberra Cardiff
Charlotte Chicago Cincinnati Cleveland Coimbra Cologne Columbus Copenhagen Cork Coventry Dallas Dayton Delhi Denver
Derby Detroit Dortmund Dresden Dubai Dublin Dundee Durham Dusseldorf Düsseldorf Edinburgh Edmonton Eindhoven Essen
Exeter Florence Florenz Frankfurt Freiburg Geneva Genf Genova Genoa Ghent Glasgow Gothenburg Granada Graz Grenoble
Groningen Göteborg Hague Hamburg Hannover Hanover Heidelberg Helsinki Houston Hull Indianapolis Innsbruck Istanbul
Jacksonville Karlsruhe Kassel Kiel Köln Krakow Lagos Lausanne Leeds Leicester Leiden Leipzig Lille Linz Lisboa
Lisbon Liverpool Ljubljana London Louisville Luxembourg Lyon Lübeck Lund Madrid Magdeburg Mainz Malmö Manchester
Mannheim Marseille Melbourne Memphis Miami Milan Milano Milwaukee Minneapolis Montpellier Montreal Moscow Mumbai
Munich München Münster Nantes Naples Nashville Newcastle Nice Norwich Nottingham Nuremberg Nürnberg Oakland Omaha
Orlando Oslo Ottawa Oxford Palermo Paris Perth Philadelphia Phoenix Pittsburgh Plymouth Porto Portland Potsdam
Prague Preston Raleigh Reading Rennes Riga Roma Rome Rotterdam Sacramento Salzburg Savannah Seattle Sevilla Seville
Sheffield Singapore Southampton Stockholm Strasbourg Stuttgart Sunderland Sydney Tallinn Tampa Toledo Torino Toronto
Toulouse Turin Uppsala Utrecht Valencia Vancouver Venice Verona Vienna Vilnius Warsaw Wien Winnipeg Wolverhampton
Wuppertal York Zagreb Zaragoza Zurich Zürich
"""
_OF_TWO = (
    "Baton Rouge|Buenos Aires|Cape Town|Den Haag|El Paso|Fort Worth|Hong Kong|Kansas City|Las Vegas|Los Angeles|"
    "Mexico City|Milton Keynes|New Orleans|New York|Oklahoma City|Palo Alto|Rio de Janeiro|Salt Lake City|San Antonio|"
    "San Diego|San Francisco|San Jose|San Sebastián|Santa Fe|St Louis|St. Louis|São Paulo|Tel Aviv"
)
_SAME = {
    "Köln": "Cologne", "Genf": "Geneva", "Genova": "Genoa", "Göteborg": "Gothenburg", "Hannover": "Hanover",
    "Lisboa": "Lisbon", "Milano": "Milan", "München": "Munich", "Nürnberg": "Nuremberg", "Roma": "Rome",
    "Sevilla": "Seville", "Torino": "Turin", "Wien": "Vienna", "Zürich": "Zurich", "Düsseldorf": "Dusseldorf",
    "Florenz": "Florence", "Den Haag": "Hague", "St. Louis": "St Louis",
}  # fmt: skip
_AT = r"in|near|around|at|to|outside|bei|nahe|nach|à|près de|en|cerca de|em|perto de|i|nära|a|vicino a|bij"
"""Without such a word before it, a town's name may be a person's or a thing's: Charlotte, Florence, Reading."""
_PART = r"(?:(?:the|central|north|south|east|west|northern|southern|eastern|western|greater|inner|downtown)\s+)*"


@lru_cache(maxsize=4096)
def towns(text: str) -> frozenset[str]:
    """The large towns that `text` speaks of as places."""
    return frozenset(_SAME.get(name, name) for name in _pattern().findall(text))


def elsewhere(need: str, passage: str) -> bool:
    """Whether both name large towns, and none is the same."""
    wanted = towns(need)
    return bool(wanted) and bool(there := towns(passage)) and wanted.isdisjoint(there)


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    names = "|".join((_OF_TWO.replace(".", r"\."), *_TOWNS.split()))
    return re.compile(rf"\b(?:{_AT})\s+{_PART}({names})\b")
